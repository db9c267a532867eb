"""One server on an SQLite file, whose disk fails and whose power is cut; and backup, restore and copy on such disks.

    power.py SCENARIO [--minutes N] [--lies | --without-syncs]

Scenarios: repeated, load, commands. The last two flags are the test of this test: with a disk that says it has synced
and hasn't, or a server that doesn't sync, it must find something missing."""

import argparse
import errno
import pathlib
import random
import signal
import sqlite3
import sys
import tempfile
import time
import uuid

from client import Client
from company import Company, Site, found, lift_limits, open_site
from history import History
from load import working
from pods import POLIER, Pod
from power_disk import (
    CALLS, DIES, FAILS_AND_DIES, OPEN, SYNC, SYNC_FOLDER, TRUNCATE, WRITE, PowerDisk, READ)
from preloading import compiled
from programs import Broken, expect, free_port, run
from reckoning import reckon

SPAN = 24
"""Calls of a kind that a fault is put before, at most."""


class Home:
    """A server, its file, and the disk below it."""

    def __init__(self, folder: pathlib.Path, library: pathlib.Path, options: argparse.Namespace):
        self.folder = folder
        self.disk = PowerDisk(folder, library)
        self.disk.lies = options.lies
        self.disk.mend()
        tail = "?synchronous=off" if options.without_syncs else ""
        self.port = free_port()
        self.settings = {
            "POLIER_DATABASE_URL": f"sqlite:{self.disk.folder}/polier.sqlite{tail}", "POLIER_DRAIN_SECONDS": "0",
            "POLIER_MIGRATE": "auto"} | self.disk.settings()
        self.lives = 0
        self.server: Pod | None = None

    def start(self) -> Pod:
        """The next life. A start that the disk's fault ends is tried again: the fault happens once."""
        for _ in range(3):
            self.lives += 1
            self.server = Pod(self.folder, f"life{self.lives}", self.port, self.settings)
            try:
                return self.server.wait_until_ready()
            except Broken:
                expect(self.disk.met, f"the server doesn't start:\n{self.server.program.last_words()}")
                self.server.program.kill()
                self.disk.mend()
        raise Broken(f"the server doesn't start:\n{self.server.program.last_words()}")

    def found(self) -> Company:
        """A company without limits. They are lifted while no server runs: the disk keeps the calls of one process at a time."""
        company = found(self.port, None)
        self.end()
        lift_limits(company.path.rsplit("/", 1)[-1], self.settings)
        self.start()
        return company

    def end(self) -> None:
        if self.server:
            self.server.program.kill()

    def cut_power(self, loss: str | None = None) -> str:
        self.end()
        self.disk.mend()
        return self.disk.cut_power(loss)

    def expect_whole(self) -> None:
        with sqlite3.connect(self.disk.folder / "polier.sqlite") as database:
            found = database.execute("PRAGMA integrity_check").fetchall()
        expect(found == [("ok",)], f"the file is damaged: {found[:3]}")


def repeated(home: Home, minutes: float) -> str:
    """A request whose server dies in the sync, or after a failed one; the next server is asked again under the same key,
    says 200, and the power goes."""
    home.start()
    company = home.found()
    end, rounds, reads = time.monotonic() + 60 * minutes, 0, 0
    actions = [DIES, FAILS_AND_DIES, errno.EIO, errno.ENOSPC]
    while rounds < 4 or time.monotonic() < end:
        site = open_site(company, home.port)
        material = site.plenty[0]
        action = actions[rounds % len(actions)]
        client = Client(home.port, History(), company.manager.token)
        path, key = f"{material}/adjust-quantity", str(uuid.uuid4())
        body = {"delta": 7, "note": key}
        home.disk.arrange(SYNC, 1, action)
        first = client.attempt("POST", path, body, key)
        # A commit of several is tried again one by one, and the server has commits of its own.
        expect(first is None or action > 0, f"a server that died in the sync answered {first}")
        if action > 0 and first is None:
            kind = {errno.EIO: "unavailable", errno.ENOSPC: "full"}[action]
            expect(client.trouble.kind == kind, f"a failed sync was answered otherwise: {client.trouble}")
            expect("disk" in client.trouble.words, f"the answer says nothing of the disk: {client.trouble}")
        home.end()
        home.disk.mend()
        home.start()
        # By the client that repeats it; in between others look, and others write.
        for other in site.plenty[1:random.randint(1, 3)]:
            Client(home.port, History(), company.manager.token).insist(
                "POST", f"{other}/adjust-quantity", {"delta": 1, "note": "other"}, str(uuid.uuid4()))
        client.insist("POST", path, body, key)
        home.cut_power(random.choice(["everything", "everything", "calls", "sectors"]))
        home.start()
        rows = Client(home.port, History(), company.manager.token).all(f"{material}/movements")
        expect([row["note"] for row in rows].count(key) == 1, f"a repeated request is lost after {action}: {rows}")
        reads += expect_words_of_the_disk(home, company, site)
        rounds += 1
    home.end()
    home.expect_whole()
    expect(reads > 0, "no read of the disk failed")
    return (f"{rounds} times killed in a sync or after a failed one, repeated and cut; nothing that got 200 is lost; "
            f"{reads} reads failed and were told as the disk's fault")


def expect_words_of_the_disk(home: Home, company: Company, site: Site) -> bool:
    """A read that fails is the disk's fault, and told as such. Returns whether someone's did."""
    client = Client(home.port, History(), company.manager.token)
    home.disk.arrange(READ, 1, errno.EIO)
    for path in [site.path, f"{site.plenty[0]}/movements", f"{company.path}/users", f"{site.path}/time-entries"]:
        reply = client.attempt("GET", path)
        if home.disk.met and reply is None:
            break
    home.disk.mend()
    if reply is None:
        trouble = client.trouble
        expect(trouble.kind == "unavailable" and "disk" in trouble.words, f"a failed read was answered: {trouble}")
        expect(client.attempt("GET", path) is not None, f"a failed read is told again: {client.trouble}")
    return reply is None


def load(home: Home, minutes: float) -> str:
    """People at work, who repeat what got no answer, over many lives, each with its own end."""
    home.start()
    company = home.found()
    end, lives, cuts, refusals = time.monotonic() + 60 * minutes, 0, 0, 0
    while lives < 6 or time.monotonic() < end:
        site = open_site(company, home.port)
        with working(site):
            for _ in range(8):
                lives += 1
                time.sleep(random.uniform(0.1, 0.8))
                arrange(home.disk)
                # Some faults end the server, some are answered, and some are never met.
                wait = time.monotonic() + random.uniform(0.1, 1.5)
                while time.monotonic() < wait and home.server.program.runs:
                    time.sleep(0.02)
                if random.random() < 0.3 and home.server.program.runs:
                    home.server.program.signal(signal.SIGTERM)
                    time.sleep(random.uniform(0, 0.3))
                home.end()
                if random.random() < 0.6:
                    home.cut_power()
                    cuts += 1
                else:
                    home.disk.mend()
                if random.random() < 0.3:
                    arrange(home.disk)
                home.start()
            home.disk.mend()
        others = [trouble for trouble in site.history.troubles if trouble.kind not in ("full", "unavailable", "lost")]
        expect(not others, f"{len(others)} requests failed otherwise: {others[:3]}")
        refusals += len(site.history.troubles)
        reckon(site)
        home.cut_power()
        cuts += 1
        home.start()
        reckon(site)
    home.end()
    home.expect_whole()
    return f"{lives} lives, {cuts} power cuts, {refusals} requests without an answer; nothing acknowledged is lost"


def arrange(disk: PowerDisk) -> None:
    call = random.choice([SYNC, SYNC, SYNC, WRITE, READ, OPEN, TRUNCATE, SYNC_FOLDER])
    actions = [errno.EIO, errno.ENOSPC, DIES, FAILS_AND_DIES] if call in (SYNC, WRITE) else [errno.EIO, DIES]
    disk.arrange(call, random.randint(1, SPAN), random.choice(actions))


def commands(home: Home, minutes: float) -> str:
    """backup, restore and copy, with each of their calls failing or being their last one, and a power cut after it."""
    home.start()
    site = open_site(found(home.port, home.settings), home.port)
    for number in range(20):
        site.manager().insist(
            "POST", f"{site.plenty[0]}/adjust-quantity", {"delta": 1, "note": f"n{number}"}, str(uuid.uuid4()))
    home.server.terminate()
    home.server.expect_end()
    source = f"sqlite:{home.disk.folder}/polier.sqlite"
    backup = home.folder / "whole.backup.gz"
    code, output = run([POLIER, "backup", str(backup)], {"POLIER_DATABASE_URL": source})
    expect(code == 0, f"polier backup ended with {code}: {output}")
    plans = [(verb, call, action) for verb in (back_up, restore, copy) for call in CALLS.values()
             for action in (errno.EIO, errno.EMFILE if call in (OPEN, SYNC_FOLDER) else errno.ENOSPC, DIES)]
    random.shuffle(plans)
    # What a backup once didn't mind: a folder that can't be opened or synced.
    first = [(back_up, SYNC_FOLDER, errno.EIO), (back_up, OPEN, errno.EMFILE)]
    plans = first + [plan for plan in plans if plan not in first]
    kinds = len(plans)
    end, counts, succeeded, count = time.monotonic() + 60 * minutes, {}, 0, 0
    # Each plan goes on with its next call, until the command has no more of them.
    while plans and (count < 24 or time.monotonic() < end):
        plan = plans.pop(0)
        verb, call, action = plan
        counts[plan] = counts.get(plan, 0) + 1
        disk = PowerDisk(home.folder, home.disk.library, f"target{count}")
        disk.lies = home.disk.lies
        disk.mend()
        before = verb(disk, source, backup, None)
        disk.arrange(call, counts[plan], action)
        code = verb(disk, source, backup, before)
        met = disk.met
        disk.mend()
        disk.cut_power()
        what = f"{verb.__name__}, {call} {counts[plan]}, {action}"
        verb(disk, source, backup, before, what, code)
        succeeded += code == 0
        count += 1
        if met:
            plans.insert(0 if plan in first else len(plans), plan)
    return (f"{count} times a call of backup, restore or copy failed or was its last, then the power was cut; "
            f"{succeeded} said success and were whole, {len(plans)} of {kinds} kinds were not at their end")


def back_up(disk: PowerDisk, source: str, backup: pathlib.Path, before, what: str = "", code: int | None = None):
    if before is None:
        old = disk.folder / "polier-2026-01-01T00-00-00Z.backup.gz"
        old.write_bytes(backup.read_bytes())
        disk.begin()
        return old
    if code is None:
        return run([POLIER, "backup", "--keep", "1", str(disk.folder)], {"POLIER_DATABASE_URL": source} | disk.settings())[0]
    files = sorted(disk.folder.glob("*.backup.gz"))
    for file in files:
        verified, output = run([POLIER, "backup", "--verify", str(file)])
        expect(verified == 0, f"{what}: {file.name} has its name and isn't whole: {output}")
    expect(files, f"{what}: there is no backup any more")
    if code == 0:
        expect(files[-1] != before, f"{what}: said success, and the new backup is gone")


def restore(disk: PowerDisk, source: str, backup: pathlib.Path, before, what: str = "", code: int | None = None):
    return fill(disk, [POLIER, "restore", str(backup)], {}, before, what, code)


def copy(disk: PowerDisk, source: str, backup: pathlib.Path, before, what: str = "", code: int | None = None):
    settings = {"POLIER_COPY_FROM": source, "POLIER_COPY_TO": f"sqlite:{disk.folder}/polier.sqlite"}
    return fill(disk, [POLIER, "copy"], settings, before, what, code)


def fill(disk: PowerDisk, command: list[str], settings: dict[str, str], before, what: str, code: int | None):
    url = {"POLIER_DATABASE_URL": f"sqlite:{disk.folder}/polier.sqlite"}
    if before is None:
        return 0
    if code is None:
        return run(command, url | settings | disk.settings())[0]
    file = disk.folder / "polier.sqlite"
    if code != 0 and not file.exists():
        return None
    expect(file.exists(), f"{what}: said success, and there is no file")
    with sqlite3.connect(file) as database:
        found = database.execute("PRAGMA integrity_check").fetchall()
        expect(found == [("ok",)], f"{what}: the file is damaged: {found[:3]}")
        try:
            count = database.execute("SELECT count(*) FROM movements").fetchone()[0]
        except sqlite3.OperationalError:
            count = 0
    expect(count > 20 or (count == 0 and code != 0), f"{what}: ended with {code} and left {count} movements")
    return None


SCENARIOS = {"repeated": repeated, "load": load, "commands": commands}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--lies", action="store_true")
    parser.add_argument("--without-syncs", action="store_true")
    options = parser.parse_args(arguments)
    random.seed(options.seed)
    with tempfile.TemporaryDirectory(prefix="polier-power.", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = pathlib.Path(name)
        home = Home(folder, compiled("power.c", folder), options)
        try:
            print(SCENARIOS[options.scenario](home, options.minutes))
            return 0
        except Broken as error:
            print(error)
            return 1
        finally:
            home.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
