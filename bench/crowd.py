"""Rows for a database with many of everything, put straight into the tables: through the API they would take an hour."""

import hashlib
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator

from company import ADDRESS, Company
from load import postgres_program

Rows = dict[str, tuple[list[str], list[tuple]]]
"""By table, those they refer to first: the columns, and the rows."""

PLACE = ["street_number", "street", "city", "postal_code", "country"]
PLACE_VALUES = tuple(ADDRESS[name] for name in ["streetNumber", "street", "city", "postalCode", "country"])
NOW = int(time.time() * 1000)
COLUMNS = {
    "companies": ["id", "name", *PLACE, "time_zone", "language", "created_at", "updated_at"],
    "users": [
        "company_id", "id", "email", "email_folded", "first_name", "last_name", "role", "status", "language",
        "created_at", "updated_at"],
    "sites": [
        "company_id", "id", "name", *PLACE, "priority", "status", "start_date", "end_date", "created_at", "updated_at"],
    "assignments": ["company_id", "site_id", "user_id", "created_at"],
    "materials": [
        "company_id", "site_id", "id", "name", "unit", "amount", "threshold", "version", "created_at", "updated_at",
        "low_since"],
    "movements": [
        "company_id", "site_id", "material_id", "number", "id", "delta", "amount_after", "user_id", "at", "created_at"],
    "time_entries": [
        "company_id", "site_id", "id", "user_id", "checked_in_at", "checked_out_at", "created_at", "updated_at"],
    "sessions": ["company_id", "id", "user_id", "token_hash", "created_at", "expires_at", "last_used_at"],
}


class Ids:
    """UUIDs of version 7 that rise by a millisecond each."""

    def __init__(self, start: int):
        self.millisecond = start
        self.chance = random.Random(start)

    def next(self) -> str:
        self.millisecond += 1
        text = f"{self.millisecond:012x}7{self.chance.getrandbits(12):03x}{0x8000 | self.chance.getrandbits(14):04x}"
        text += f"{self.chance.getrandbits(48):012x}"
        return "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])


class Crowd:
    def __init__(self) -> None:
        self.rows: Rows = {table: (columns, []) for table, columns in COLUMNS.items()}
        self.ids = Ids(NOW - 10**9)

    def add(self, table: str, *row: object) -> None:
        self.rows[table][1].append(row)

    def company(self, number: int) -> tuple[str, str]:
        """A company with one person in it: their ids."""
        company, user = self.ids.next(), self.ids.next()
        self.add("companies", company, f"Betrieb {number}", *PLACE_VALUES, "Europe/Berlin", "de", NOW, NOW)
        email = f"person{number}@betrieb.example"
        self.add("users", company, user, email, email, "Jo", f"Nr. {number}", "MANAGER", "ACTIVE", "de", NOW, NOW)
        return company, user

    def sites(
        self, company: str, user: str, count: int, materials: int, movements: int, entries: int = 5,
        status: str = "ACTIVE", every: int = 86_400_000,
    ) -> None:
        """So many sites, each with so many materials, each with so many movements; and a visit every so many milliseconds."""
        for number in range(count):
            site = self.ids.next()
            self.add(
                "sites", company, site, f"Baustelle {number}", *PLACE_VALUES, "medium", status, "2026-10-01",
                "2026-12-20", NOW, NOW)
            self.add("assignments", company, site, user, NOW)
            for _ in range(materials):
                material, amount = self.ids.next(), 1000 * movements
                self.add(
                    "materials", company, site, material, "Fliesenkleber flexibel", "Sack", amount, 5000, movements,
                    NOW, NOW, NOW if amount < 5000 else None)
                for step in range(1, movements + 1):
                    self.add(
                        "movements", company, site, material, step, self.ids.next(), 1000, 1000 * step, user, NOW, NOW)
            for day in range(entries):
                came = NOW - (number * entries + day + 1) * every
                self.add("time_entries", company, site, self.ids.next(), user, came, came + every // 3, NOW, NOW)

    def workers(self, company: Company, count: int) -> list[str]:
        """So many people who work on the company's site, and are signed in: the tokens of their sessions."""
        tokens = []
        for number in range(count):
            user, token = self.ids.next(), f"{self.ids.chance.getrandbits(256):064x}"
            email = f"worker{len(self.rows['users'][1])}@betrieb.example"
            self.add("users", company.id, user, email, email, "Kai", f"Nr. {number}", "WORKER", "ACTIVE", "de", NOW, NOW)
            self.add("assignments", company.id, company.site, user, NOW)
            self.add(
                "sessions", company.id, self.ids.next(), user, hashlib.sha256(token.encode()).digest(), NOW, NOW + 10**9,
                NOW + 10**8)
            tokens.append(token)
        return tokens

    def worked(self, company: Company, people: int, days: int) -> list[tuple[str, str]]:
        """So many people who worked a shift on five days of seven for so many days: their ids and the tokens of their sessions."""
        tokens = self.workers(company, people)
        users = [row[1] for row in self.rows["users"][1][-people:]]
        for day in range(days, 0, -1):
            if day % 7 < 2:
                continue
            came = NOW - day * 86_400_000
            for user in users:
                self.add("time_entries", company.id, company.site, self.ids.next(), user, came, came + 8 * 3_600_000, came, came)
        return list(zip(users, tokens, strict=True))

    def active(self, company: Company, user: str) -> None:
        """What goes on now, in an old company as in a young one."""
        for low in [True, False]:
            self.sites(
                company.id, user, count=3 if low else 27, materials=20, movements=1 if low else 6, entries=100,
                every=3_600_000)

    def write(self, url: str) -> None:
        if url.startswith("sqlite:"):
            with sqlite3.connect(url.removeprefix("sqlite:")) as database:
                for table, (columns, rows) in self.rows.items():
                    places = ", ".join("?" for _ in columns)
                    database.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
                database.execute("ANALYZE")
            database.close()
        else:
            subprocess.run(
                [postgres_program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", url], input="\n".join(self.script()),
                text=True, check=True, stdout=subprocess.DEVNULL)

    def script(self) -> Iterator[str]:
        for table, (columns, rows) in self.rows.items():
            yield f"COPY {table} ({', '.join(columns)}) FROM STDIN;"
            for row in rows:
                yield "\t".join(copied(value) for value in row)
            yield "\\."
        yield "ANALYZE;"


def copied(value: object) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    return f"\\\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def small(company: Company, user: str) -> Crowd:
    """Twenty sites, and no one else."""
    crowd = Crowd()
    crowd.sites(company.id, user, count=20, materials=20, movements=1)
    return crowd


def large(company: Company, user: str) -> Crowd:
    """200 sites, 4,000 materials, 100,000 movements, beside 500 other companies."""
    crowd = Crowd()
    for number in range(500):
        crowd.sites(*crowd.company(number), count=4, materials=5, movements=10)
    crowd.sites(company.id, user, count=200, materials=20, movements=25)
    return crowd


def young(company: Company, user: str) -> Crowd:
    """Thirty active sites with 600 materials, of which sixty run low, and 3,000 time entries."""
    crowd = Crowd()
    crowd.active(company, user)
    return crowd


def old(company: Company, user: str) -> Crowd:
    """The same sites after 970 others, which are finished: 20,000 materials and 100,000 time entries in all."""
    crowd = Crowd()
    for low in [True, False]:
        crowd.sites(
            company.id, user, count=485, materials=20, movements=1 if low else 6, entries=100, status="INACTIVE",
            every=3_600_000)
    crowd.active(company, user)
    return crowd
