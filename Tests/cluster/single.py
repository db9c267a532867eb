"""One server on an SQLite file: the disk fills up, and another program keeps the file to itself.

A program of its own, in a mount namespace of its own, where its disk is a small file system that ends with it."""

import pathlib
import random
import sqlite3
import sys
import tempfile
import time

from company import Site, found, open_site
from load import working
from pods import POLIER, Pod, migrate
from programs import Broken, expect, free_port, run, wait_for
from reckoning import reckon

DISK = 64_000_000
"""Bytes: room for the file and its log, and soon full."""


class Single:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.disk = folder / "disk"
        self.disk.mkdir()
        code, output = run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "polier-test", str(self.disk)])
        expect(code == 0, f"no small disk can be made here: {output}")
        self.file = self.disk / "polier.sqlite"
        self.settings = {"POLIER_DATABASE_URL": f"sqlite:{self.file}", "POLIER_DRAIN_SECONDS": "0"}
        migrate(self.settings)
        self.server = self.start()

    def start(self) -> Pod:
        return Pod(self.folder, "single", free_port(), self.settings).wait_until_ready()

    def end(self) -> None:
        self.server.terminate()
        self.server.expect_end()


def full_disk(single: Single) -> str:
    """Under load, several times: some requests are told that the disk is full, and nothing is lost."""
    site = open_site(found(single.server.port, single.settings), single.server.port)
    refusals, times = 0, 3
    with working(site):
        for _ in range(times):
            before = len(site.history.troubles)
            fill(single.disk)
            wait_for("someone is told that the disk is full", lambda: len(site.history.troubles) > before)
            read = site.manager().attempt("GET", site.path)
            expect(read is not None, f"reads fail on a full disk: {site.history.troubles[-1]}")
            time.sleep(random.uniform(0, 0.3))
            (single.disk / "filling").unlink()
            room = time.monotonic()
            # What was under way may still be told so.
            time.sleep(1)
            late = site.history.since(room + 0.5)
            expect(not late, f"there is room again, and requests fail: {late[:3]}")
            refusals += len(site.history.troubles) - before
    others = [trouble for trouble in site.history.troubles if trouble.kind not in ("full", "unavailable")]
    expect(not others, f"{len(others)} requests failed otherwise: {others[:3]}")
    reckon(site)
    # As it is on the disk, too, and not only in the memory of the process that met the full disk.
    single.server.program.kill()
    single.server = single.start()
    reckon(moved(site, single.server.port))
    single.end()
    with sqlite3.connect(single.file) as database:
        expect(database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the file is damaged")
    return f"{times} times full, {refusals} requests were told so, and nothing is lost, before and after a kill"


def fill(disk: pathlib.Path) -> None:
    with open(disk / "filling", "wb", buffering=0) as file:
        # By pages at last, so that not one is left.
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError as error:
                expect(error.errno == 28, f"the disk can't be filled: {error}")


def moved(site: Site, port: int) -> Site:
    """The same site where the server now is."""
    return Site(
        site.company, port, site.keeps_connections, site.history, site.path, site.plenty, site.scarce)


def locked_file(single: Single) -> str:
    """Another program writes for long: reads go on, writes get 503, and the log says why in one sentence."""
    site = open_site(found(single.server.port, single.settings), single.server.port)
    reason = f"Another process holds the database file '{single.file}'."
    other = sqlite3.connect(single.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with working(site):
        # Who only waits behind the writer may be told first, and of the wait.
        wait_for("the log says who is in the way", lambda: reason in single.server.program.text(), seconds=30)
        expect(site.manager().attempt("GET", site.path) is not None, "reads wait for another program's lock")
        other.execute("ROLLBACK")
    kinds = {trouble.kind for trouble in site.history.troubles}
    expect(kinds == {"unavailable"}, f"the lock was told otherwise: {site.history.troubles[:3]}")
    reckon(site)
    single.end()

    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    other.execute("CREATE TABLE theirs (id INTEGER)")
    other.execute("COMMIT")
    code, output = run([POLIER, "serve"], single.settings | {"POLIER_HTTP_PORT": str(free_port())})
    expect(code == 1 and output == f"polier: {reason}\n", f"a locked file ends the start with {code}: {output}")
    other.close()
    return f"{len(site.history.troubles)} requests got 503; a start says: {output.strip()}"


SCENARIOS = {"full": full_disk, "locked": locked_file}


def main(name: str) -> int:
    with tempfile.TemporaryDirectory(prefix="polier-single.", dir="/tmp", ignore_cleanup_errors=True) as folder:
        single = Single(pathlib.Path(folder))
        try:
            print(SCENARIOS[name](single))
            return 0
        except Broken as error:
            print(error)
            return 1
        finally:
            single.server.program.kill()
            run(["umount", "--lazy", str(single.disk)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
