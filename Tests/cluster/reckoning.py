"""Whether what the servers hold is what they promised: asked through the API, when everyone has finished."""

import collections
import dataclasses
import decimal

from company import PLENTY, Site
from programs import Broken, expect
from register import Operation, disorder

Amount = decimal.Decimal


def reckon(site: Site) -> None:
    """Throws where anything was lost, doubled, or made up."""
    faults = [*site.history.faults, *movements(site), *visits(site), *edits(site), *disorder(site.history.versions)]
    if faults:
        shown = "\n  ".join(faults[:5])
        history = site.history
        raise Broken(f"{len(faults)} faults after {len(history.taken)} movements and {len(history.edits)} edits:\n  {shown}")
    history = site.history
    expect(
        len(history.taken) >= 20 and len(history.edits) >= 3 and all(history.visits.values()),
        f"there was too little work to prove anything: {len(history.taken)} movements, {len(history.edits)} edits")


def movements(site: Site) -> list[str]:
    """Each amount is the sum of its movements, which are those of the acknowledged keys, each once, and no others."""
    history, ada = site.history, site.manager()
    shown = {material["id"]: Amount(str(material["amount"])) for material in ada.all(f"{site.path}/materials")}
    faults: list[str] = []
    times: collections.Counter[str] = collections.Counter()
    for material in site.materials:
        amount = Amount(0)
        held = ada.all(f"{material}/movements")[::-1]
        faults += reads(site, material, held)
        for movement in held:
            delta, after = (Amount(str(movement[name])) for name in ("delta", "amountAfter"))
            key = movement["note"]
            amount += delta
            if after != amount or amount < 0:
                faults.append(f"a movement of {material} says {after} after it, and they add up to {amount}")
            if key is None and delta == after and delta in (PLENTY, 1):
                continue
            times[key] += 1
            if history.sent.get(key) != (material, delta):
                faults.append(f"a movement of {material} was not asked for like this: {movement}")
            if key in history.taken and history.taken[key].amount_after != after:
                faults.append(f"{key} was told {history.taken[key].amount_after}, and its movement says {after}")
        if shown.get(material.rsplit("/", 1)[1]) != amount:
            faults.append(f"the amounts are {shown}, and the movements of {material} add up to {amount}")
    faults += [f"the key {key} acted {count} times" for key, count in times.items() if count > 1]
    faults += [f"the acknowledged movement {key} is missing" for key in history.taken.keys() - times.keys()]
    faults += [f"the refused movement {key} is there" for key in history.refused & times.keys()]
    faults += [f"no one knows of {key}" for key in history.sent.keys() - history.taken.keys() - history.refused]
    return faults


def reads(site: Site, material: str, held: list[dict]) -> list[str]:
    """Each reader of a material saw what was there then, on whichever pod."""
    places = {movement["id"]: place for place, movement in enumerate(held, 1)}
    operations, faults = [], []
    for place, movement in enumerate(held, 1):
        taking = site.history.taken.get(movement["note"])
        if taking:
            operations.append(Operation(f"the movement {movement['note']}", True, place, taking.sent, taking.answered))
    for of, seen, sent, answered in site.history.reads:
        if of == material and seen not in places:
            faults.append(f"the movement {seen} was shown, and isn't there")
        elif of == material:
            operations.append(Operation("a read", False, places[seen], sent, answered))
    return faults + disorder(operations)


def visits(site: Site) -> list[str]:
    """Each person's visits are those that they were told of, with the same instants."""
    held: dict[str, list[tuple]] = collections.defaultdict(list)
    for entry in site.manager().all(f"{site.path}/time-entries"):
        held[entry["userId"]].append((entry["id"], entry["checkedInAt"], entry["checkedOutAt"]))
    faults = []
    for person, told in site.history.visits.items():
        # By their ids, which rise with the time of the pod that made them.
        if sorted(held.pop(person, [])) != sorted(dataclasses.astuple(visit) for visit in told):
            faults.append(f"{person} was told of {len(told)} visits and has others")
    return faults + [f"no one was told of the visits of {person}" for person in held]


def edits(site: Site) -> list[str]:
    """Every accepted edit moved the version by one; those without an answer may or may not have been made."""
    history, held = site.history, site.manager().insist("GET", site.path)
    made, notes = held.version - 1, held.json["notes"]
    faults = []
    if not len(history.edits) <= made <= len(history.edits) + len(history.unsure):
        faults.append(f"the site has version {held.version} after {len(history.edits)} edits")
    if held.version in history.edits:
        if notes != history.edits[held.version]:
            faults.append(f"the site's notes are {notes!r}, and the last edit said {history.edits[held.version]!r}")
    elif notes not in history.unsure:
        faults.append(f"the site's notes {notes!r} are no one's")
    return faults
