"""People at work, all day long: they take material, come and go, change the site's notes, and look things up."""

import contextlib
import decimal
import random
import threading
import time
import uuid
from collections.abc import Iterator

from company import Person, Site
from history import Taking, Visit

TAKERS = 5
EDITORS = 2
PAUSE = 0.03
"""Between two requests of one person. What is tested is that all is right, not how much of it there can be."""


class Worker:
    def __init__(self, site: Site, person: Person):
        self.site, self.history = site, site.history
        self.client = site.client(person)

    def step(self) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        self.client.close()


class Load:
    def __init__(self, site: Site):
        manager, worker = site.company.manager, site.company.worker
        self.history = site.history
        self.over = threading.Event()
        workers = [Taker(site, manager, [site.scarce])]
        workers += [Taker(site, manager, site.plenty) for _ in range(TAKERS - 1)]
        workers += [Visitor(site, manager), Visitor(site, worker), Reader(site, worker)]
        workers += [Editor(site, manager) for _ in range(EDITORS)]
        self.threads = [threading.Thread(target=self.work, args=(worker,), daemon=True) for worker in workers]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def work(self, worker: Worker) -> None:
        try:
            while not self.over.is_set():
                worker.step()
                time.sleep(PAUSE)
            worker.finish()
        except Exception as error:
            self.history.fault(f"a client gave up: {error!r}")

    def end(self) -> None:
        """Everyone finishes what they have begun: nothing stays open."""
        self.over.set()
        for thread in self.threads:
            thread.join()


@contextlib.contextmanager
def working(site: Site) -> Iterator[None]:
    """People at work around what is done to the servers."""
    load = Load(site)
    load.start()
    try:
        time.sleep(1)
        yield
        time.sleep(1)
    finally:
        load.end()


class Taker(Worker):
    """Takes and adds under a key, repeats it until there is an answer, and now and then once more."""

    def __init__(self, site: Site, person: Person, materials: list[str]):
        super().__init__(site, person)
        self.materials = materials

    def step(self) -> None:
        material = random.choice(self.materials)
        key = str(uuid.uuid4())
        delta = decimal.Decimal(random.choice([-1500, -700, -1, 2, 900, 1300])) / 1000
        self.history.will_take(key, material, delta)
        sent = time.monotonic()
        # The note tells whose movement it is, later.
        body = {"delta": float(delta), "note": key}
        for _ in range(1 + (random.random() < 0.3)):
            reply = self.client.insist("POST", f"{material}/adjust-quantity", body, key, expected=(200, 409))
            if reply.status == 409:
                self.history.was_refused(key)
                return
            amount = decimal.Decimal(str(reply.json["amount"]))
            self.history.took(key, Taking(material, delta, amount, reply.body, sent, time.monotonic()))
        if random.random() < 0.2:
            self.look_back(material, key)

    def look_back(self, material: str, key: str) -> None:
        """What was promised on one pod is there on every other."""
        newest = self.client.insist("GET", f"{material}/movements?limit=200").json
        if not any(movement["note"] == key for movement in newest):
            self.history.fault(f"a movement was acknowledged, and not there when asked for: {key}")


# The same people come to one site after the other, and have 60 time entries a day (daily-entries).
MOST_VISITS = 4
# Seconds between coming and going, so that some visits lie around what is done to the servers.
STAY = 0.5


class Visitor(Worker):
    """Comes and goes, and knows of each visit when it was."""

    def __init__(self, site: Site, person: Person):
        super().__init__(site, person)
        self.visits = self.history.visits.setdefault(person.id, [])

    @property
    def is_here(self) -> bool:
        return bool(self.visits) and self.visits[-1].left is None

    def step(self) -> None:
        was_here = self.is_here
        if not was_here and len(self.visits) >= MOST_VISITS:
            time.sleep(PAUSE)
            return
        time.sleep(STAY)
        action = "check-out" if was_here else "check-in"
        entry = self.client.insist("POST", f"{self.site.path}/{action}", key=str(uuid.uuid4())).json
        if not was_here:
            self.visits.append(Visit(entry["id"], entry["checkedInAt"]))
        elif entry["id"] != self.visits[-1].id:
            self.history.fault(f"a check-out ended the visit {entry['id']} and not {self.visits[-1].id}")
        else:
            self.visits[-1].left = entry["checkedOutAt"]

    def finish(self) -> None:
        if self.is_here:
            self.step()
        super().finish()


class Editor(Worker):
    """Changes the site's notes from the version seen last; there are several who don't know of each other."""

    def step(self) -> None:
        sent = time.monotonic()
        seen = self.client.insist("GET", self.site.path)
        self.history.saw_version(seen.version, sent)
        time.sleep(PAUSE)
        sent = time.monotonic()
        notes = str(uuid.uuid4())
        reply = self.client.attempt(
            "PATCH", self.site.path, {"notes": notes}, if_match=seen.version, expected=(200, 412))
        if reply is None:
            self.history.may_have_edited(notes)
        elif reply.status == 200:
            if reply.version != seen.version + 1 or reply.json["notes"] != notes:
                self.history.fault(f"an edit of version {seen.version} made {reply.version}: {reply.body[:300]!r}")
            self.history.edited(reply.version, notes)
            self.history.saw_version(reply.version, sent, made=True)


class Reader(Worker):
    """Looks things up; a version never goes back."""

    version = 0

    def step(self) -> None:
        sites = self.client.insist("GET", f"{self.site.company.path}/sites").json
        if not any(self.site.path.endswith(site["id"]) for site in sites):
            self.history.fault(f"the site is not among those of the company: {sites}")
        sent = time.monotonic()
        site = self.client.insist("GET", self.site.path)
        self.history.saw_version(site.version, sent)
        if site.version < self.version:
            self.history.fault(f"the site went from version {self.version} back to {site.version}")
        self.version = site.version
        if len(site.json["material"]) != len(self.site.materials):
            self.history.fault(f"the site's material is {site.json['material']}")
        self.client.insist("GET", f"{self.site.path}/time-entries?limit=20")
        for material in random.sample(self.site.materials, 2):
            sent = time.monotonic()
            # Not insisted on: a read that is repeated for long says little.
            newest = self.client.attempt("GET", f"{material}/movements?limit=1")
            if newest and newest.json:
                self.history.read(material, newest.json[0]["id"], sent)
