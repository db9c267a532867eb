"""Whole databases copied by `polier copy`, against what the engines themselves do with the same rows."""

import dataclasses
import os
import pathlib
import sqlite3
import subprocess
import time
from collections.abc import Callable

import crowd
from company import Company
from load import Effort, alternate, postgres_program, run
from processes import BenchError

MOVEMENTS = 1_000_000
COLUMNS = ", ".join([*crowd.COLUMNS["movements"], "note"])


def fill(url: str, company: Company, user: str) -> None:
    """A million movements of 2,000 materials, and nothing much else."""
    rows = crowd.Crowd()
    rows.sites(company.id, user, count=100, materials=20, movements=MOVEMENTS // 2000, entries=0)
    rows.write(url)


def copied(source: str, target: str) -> float:
    """Movements a second that `polier copy` brings over, its comparison of both sides included."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POLIER_")}
    start = time.perf_counter()
    done = subprocess.run(
        [os.environ["BENCH_POLIER"], "copy"], env=environment | {"POLIER_COPY_FROM": source, "POLIER_COPY_TO": target},
        capture_output=True, text=True)
    if done.returncode != 0 or "both sides hold the same" not in done.stdout:
        raise BenchError(f"polier copy failed:\n{done.stdout}{done.stderr}")
    return MOVEMENTS / (time.perf_counter() - start)


def by_psql(url: str, rows: pathlib.Path) -> float:
    """Movements a second that psql's COPY brings into the table, which has its keys and indexes."""
    psql = [postgres_program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", url, "--command"]
    run([*psql, "TRUNCATE movements"])
    start = time.perf_counter()
    run([*psql, f"\\copy movements ({COLUMNS}) FROM '{rows}'"])
    return MOVEMENTS / (time.perf_counter() - start)


def by_sqlite(source: str, target: str) -> float:
    """Movements a second that SQLite itself brings from one file into another, which has the keys and indexes."""
    with sqlite3.connect(target.removeprefix("sqlite:"), isolation_level=None) as database:
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("ATTACH ? AS source", [source.removeprefix("sqlite:")])
        database.execute("DELETE FROM movements")
        start = time.perf_counter()
        database.execute(f"INSERT INTO movements ({COLUMNS}) SELECT {COLUMNS} FROM source.movements")
        seconds = time.perf_counter() - start
    database.close()
    return MOVEMENTS / seconds


def compared(effort: Effort, what: str, copy: Callable[[], float], limit: Callable[[], float]) -> dict[str, list[float]]:
    """A round takes as long as a million rows take, so there are few."""
    few = dataclasses.replace(effort, rounds=min(effort.rounds, 3))
    return alternate(few, what, {"polier": lambda effort: copy(), "limit": lambda effort: limit()})
