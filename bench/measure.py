"""Measures the server against limits of the same machine, in the same run. Called by bench/run."""

import contextlib
import dataclasses
import datetime
import functools
import itertools
import json
import os
import pathlib
import signal
import statistics
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator

import copying
import crowd
import distance
import hostile
import machine
import mail
import signins
import statements
import web
from company import PERSON, Company, another_site, crew, hours, month, paid, register, shifts, transfers
from load import (
    Effort, alternate, answers, disk_syncs, idle_connections, postgres_program, processor_time, requests, run, transactions)
from processes import BenchError, Server, node, polier
from table import Line, of_rates, of_values, rendered

ME = "/api/v1/users/me"


class Bench:
    def __init__(self, folder: pathlib.Path, effort: Effort):
        self.folder = folder
        self.effort = effort
        self.lines: list[Line] = []
        self.syncs: list[float] = []

    def fresh(self, name: str) -> str:
        """The URL of a SQLite database that isn't there yet."""
        return f"sqlite:{self.folder}/{name}.sqlite"

    def me(self) -> None:
        self.reading("me", "GET /users/me, SQLite", lambda company: ME, 0.8)

    def site(self) -> None:
        self.reading("site", "GET site with 10 materials, SQLite", lambda company: company.site_path, 0.33)

    def reading(self, name: str, what: str, path_of: Callable[[Company], str], target: float) -> None:
        """An authorised GET, against the same server that answers the same bytes as a constant, and against Node."""
        database = self.fresh(name)
        with polier(self.folder, database) as server:
            company = register(server, materials=10)
            path = path_of(company)
            constant = self.folder / f"{name}.json"
            constant.write_bytes(server.fetch(path, company.token))
        with polier(self.folder, database, constant) as server, node(self.folder, constant) as bare:
            if not server.fetch(path, company.token) == server.fetch("/constant") == bare.fetch("/"):
                raise BenchError(f"{path}, /constant and node:http don't answer with the same bytes")
            rates = alternate(self.effort, what, {
                "polier": lambda effort: requests(effort, server, path, company.token),
                "constant": lambda effort: requests(effort, server, "/constant"),
                "node": lambda effort: requests(effort, bare, "/"),
            })
        self.lines += [
            of_rates(what, "same bytes as a constant", rates["polier"], rates["constant"]),
            of_rates(what, "same bytes by node:http", rates["polier"], rates["node"], target),
        ]

    def write(self) -> None:
        """Durable writes, against the same without waiting for the disk, and against what the disk can do."""
        with contextlib.ExitStack() as stack:
            sides = {}
            for name, suffix in [("durable", ""), ("off", "?synchronous=off")]:
                server = stack.enter_context(polier(self.folder, self.fresh(name) + suffix))
                company = register(server, materials=64)
                paths = self.folder / f"{name}.paths"
                paths.write_text("".join(path + "\n" for path in company.adjust_paths))
                sides[name] = lambda effort, server=server, company=company, paths=paths: requests(
                    effort, server, "/", company.token, posts=paths)
            sides["syncs"] = lambda effort: disk_syncs(effort, self.folder)
            what = f"durable adjust-quantity, {self.effort.connections} clients, SQLite"
            rates = alternate(self.effort, what, sides)
        self.syncs = rates["syncs"]
        self.lines += [
            of_rates(what, "the same, synchronous=off", rates["durable"], rates["off"], 0.8),
            of_rates(what, "4 KiB + fdatasync, one by one", rates["durable"], rates["syncs"], 3),
        ]

    def cpu(self) -> None:
        """The server's processor time for a request, by route, against that of an answer for which only HTTP is done."""
        for engine in ["SQLite", "PostgreSQL"]:
            with contextlib.ExitStack() as stack:
                url = self.fresh("cpu") if engine == "SQLite" else stack.enter_context(self.schema("cpu"))
                with polier(self.folder, url) as server:
                    company = register(server, materials=64)
                    user = json.loads(server.fetch(ME, company.token))["id"]
                crowd.small(company, user).write(url)
                constant, takings = self.folder / "cpu.json", self.folder / "cpu.takings"
                constant.write_text("{}")
                takings.write_text("".join(path + "\n" for path in company.adjust_paths))
                server = stack.enter_context(polier(self.folder, url, constant))
                site = another_site(server, company, materials=10).site_path
                routes = {
                    "a constant of 2 bytes": ("/constant", None, None),
                    "GET /users/me": (ME, company.token, None),
                    "GET site with 10 materials": (site, company.token, None),
                    "GET 20 sites": (
                        f"/api/v1/companies/{company.id}/sites?limit=20", company.token, None),
                    "GET overview": (f"/api/v1/companies/{company.id}/overview", company.token, None),
                    "POST adjust-quantity": ("/", company.token, takings),
                }
                times = alternate(self.effort, f"processor time of a request, {engine}", {
                    name: lambda effort, path=path, token=token, posts=posts: processor_time(effort, server, path, token, posts)
                    for name, (path, token, posts) in routes.items()
                }, "{:.0f} µs".format)
            plain = times.pop("a constant of 2 bytes")
            self.lines += [
                of_values(f"{name}, {engine}: processor time of the server", "a constant", values, plain, "µs")
                for name, values in times.items()]

    def signins(self) -> None:
        """Who one is, while many passwords wait to be checked, against none."""
        database = self.fresh("signins")
        with polier(self.folder, database) as server:
            company = register(server, materials=0)
        emails = signins.people(database, company)
        with polier(self.folder, database) as server:
            crush = signins.Crush(server, emails)
            what = f"GET /users/me while {len(emails)} sign-ins wait, SQLite"
            results = alternate(self.effort, what, {
                "crush": lambda effort: crush.round(effort, ME, company.token),
                "none": lambda effort: answers(effort, server, ME, company.token),
            }, lambda answers: f"{answers.median:.2f} ms, 99 of 100 within {answers.slow:.2f} ms")
        for name, measure in [("half", lambda answers: answers.median), ("99 of 100", lambda answers: answers.slow)]:
            self.lines.append(of_values(
                f"{what}: {name} within", "no sign-ins",
                [measure(answers) for answers in results["crush"]], [measure(answers) for answers in results["none"]], "ms"))

    def transfer(self) -> None:
        """Transfers of 20 lines to and fro between pairs of sites, against takings on the same server."""
        for engine in ["SQLite", "PostgreSQL"]:
            with contextlib.ExitStack() as stack:
                url = self.fresh("transfer") if engine == "SQLite" else stack.enter_context(self.schema("transfer"))
                server = stack.enter_context(polier(self.folder, url))
                company = register(server, materials=64)
                takings, moves = self.folder / "transfer.takings", self.folder / "transfer.moves"
                takings.write_text("".join(path + "\n" for path in company.adjust_paths))
                moves.write_text("".join(line + "\n" for line in transfers(server, company, pairs=32, lines=20)))
                for effort in [self.effort.alone(), self.effort]:
                    what = f"transfer of 20 lines, {effort.connections} at once, {engine}"
                    rates = alternate(effort, what, {
                        name: lambda effort, posts=posts: requests(effort, server, "/", company.token, posts=posts)
                        for name, posts in [("transfer", moves), ("taking", takings)]
                    })
                    self.lines.append(of_rates(what, "adjust-quantity", rates["transfer"], rates["taking"], 0.25))

    def hours(self) -> None:
        """Hours entered for one person each, against takings on the same server; check-ins; time sheets."""
        for engine in ["SQLite", "PostgreSQL"]:
            with contextlib.ExitStack() as stack:
                url = self.fresh("hours") if engine == "SQLite" else stack.enter_context(self.schema("hours"))
                server = stack.enter_context(polier(self.folder, url))
                company = register(server, materials=64)
                people = crew(server, company, 64)
                takings, entering = self.folder / "hours.takings", self.folder / "hours.entering"
                takings.write_text("".join(path + "\n" for path in company.adjust_paths))
                used = 0

                def enter(effort: Effort) -> float:
                    nonlocal used
                    fresh = range(used, used + int(12_000 * effort.seconds))
                    used = fresh.stop
                    entering.write_text("".join(line + "\n" for line in hours(company, people, fresh)))
                    # One thread: another one would enter the same hours again.
                    return requests(dataclasses.replace(effort, threads=1), server, "/", company.token, posts=entering)

                what = f"hours entered, {self.effort.connections} clients, {engine}"
                rates = alternate(self.effort, what, {
                    "hours": enter,
                    "taking": lambda effort: requests(effort, server, "/", company.token, posts=takings),
                })
                self.lines += [
                    of_rates(what, "adjust-quantity", rates["hours"], rates["taking"]),
                    Line(what, "300/s", statistics.median(rates["hours"]), 300, "/s", 1),
                ]
        self.checkins()
        self.sheets()

    def checkins(self) -> None:
        """People of one company who check in and out, against the same with another binary, if BENCH_BASE names one."""
        people, rounds = 1024, self.effort.rounds + 1
        binaries = {"polier": os.environ["BENCH_POLIER"], "base": os.environ.get("BENCH_BASE")}
        for engine in ["SQLite", "PostgreSQL"]:
            with contextlib.ExitStack() as stack:
                sides = {}
                for name, binary in binaries.items():
                    if not binary:
                        continue
                    url = (self.fresh(f"checkins-{name}") if engine == "SQLite"
                        else stack.enter_context(self.schema(f"checkins_{name}")))
                    with polier(self.folder, url, binary=binary) as server:
                        company = register(server, materials=0)
                    rows = crowd.Crowd()
                    tokens = rows.workers(company, people * rounds)
                    rows.write(url)
                    server = stack.enter_context(polier(self.folder, url, binary=binary))
                    # A round leaves people on the site: each has people of its own. Far more than clients, so that everyone is in before
                    # they are asked out.
                    groups = iter([tokens[start:start + people] for start in range(0, len(tokens), people)])
                    acts = self.folder / f"checkins-{name}.acts"

                    def act(effort: Effort, server=server, company=company, groups=groups, acts=acts) -> float:
                        acts.write_text("".join(line + "\n" for line in shifts(company, next(groups), count=25)))
                        # One thread: another one would send the same acts again.
                        return requests(dataclasses.replace(effort, threads=1), server, "/", posts=acts)

                    sides[name] = act
                what = f"check-in and check-out, {self.effort.connections} clients, one company, {engine}"
                rates = alternate(self.effort, what, sides)
            self.lines.append(Line(what, "300/s", statistics.median(rates["polier"]), 300, "/s", 1))
            if "base" in rates:
                self.lines.append(of_rates(what, "the same, the other binary", rates["polier"], rates["base"], 0.7))

    def sheets(self) -> None:
        """A month's time sheets of 50 people, against the plain query of the same rows."""
        url = os.environ["POLIER_TEST_POSTGRES_URL"]
        with polier(self.folder, url) as server:
            company = register(server, materials=0)
            people = crew(server, company, 49) + [json.loads(server.fetch(ME, company.token))["id"]]
            first, last = month(server, company, people, days=22)
            database = libpq(url)
            statements.query(database, "ANALYZE")
            script = self.folder / "sheets.pgbench.sql"
            script.write_text(
                "SELECT t.id, t.user_id, t.checked_in_at, t.checked_out_at, t.kind, t.breaks, t.created_at FROM time_entries t"
                f" WHERE t.company_id = '{company.id}' AND t.voided_at IS NULL"
                " ORDER BY t.company_id, t.user_id, t.checked_in_at;\n")
            path = f"/api/v1/companies/{company.id}/time-sheets?from={first}&to={last}&limit=100"
            if len(json.loads(server.fetch(path, company.token))) != 50:
                raise BenchError("the time sheets aren't those of 50 people")
            # Eight fill the machine for pgbench; the server makes only two such answers at once for a company, so that others get theirs.
            for callers in [1, 8]:
                what = f"GET a month's time sheets of 50 people, {callers} at once, PostgreSQL"
                rates = alternate(dataclasses.replace(self.effort, connections=callers), what, {
                    "polier": lambda effort: requests(effort, server, path, company.token),
                    "pgbench": lambda effort: transactions(effort, script, {}, database),
                })
                self.lines.append(of_rates(
                    what, "pgbench, the plain rows", rates["polier"], rates["pgbench"], 1 / 3 if callers == 1 else None))
            # One person at a time takes such a copy.
            table = f"/api/v1/companies/{company.id}/time-sheets/export?month={last:%Y-%m}&format=csv"
            since = int(datetime.datetime(last.year, last.month, 1, tzinfo=datetime.timezone.utc).timestamp() * 1000)
            # With the names that each line has.
            script.write_text(
                "SELECT u.first_name, u.last_name, u.personnel_number, s.name, t.id, t.user_id, t.checked_in_at, t.checked_out_at,"
                " t.kind, t.breaks, t.created_at FROM time_entries t"
                " JOIN users u ON u.company_id = t.company_id AND u.id = t.user_id"
                " JOIN sites s ON s.company_id = t.company_id AND s.id = t.site_id"
                f" WHERE t.company_id = '{company.id}' AND t.checked_in_at >= {since} AND t.voided_at IS NULL"
                " ORDER BY t.company_id, t.user_id, t.checked_in_at;\n")
            what = "GET a month's hours of 50 people as CSV, PostgreSQL"
            rates = alternate(dataclasses.replace(self.effort, connections=1), what, {
                "polier": lambda effort: requests(effort, server, table, company.token),
                "pgbench": lambda effort: transactions(effort, script, {}, database),
            })
            self.lines.append(of_rates(what, "pgbench, the plain rows", rates["polier"], rates["pgbench"], 1 / 3))
            # Making one keeps it, and a month has 50 at most: the check does all but that.
            paid(server, company, people, first, last)
            check = f"/api/v1/companies/{company.id}/time-sheets/export/check?month={last:%Y-%m}&format=lodas"
            seen = json.loads(server.fetch(check, company.token))
            if (seen["people"], seen["lines"], seen["gaps"]) != (50, 50, []):
                raise BenchError(f"the payroll file of 50 people isn't ready: {seen}")
            # Days are paid that were approved.
            script.write_text(
                script.read_text() + "SELECT a.user_id, a.day, a.submitted_at, a.submitted_by, a.approved_at, a.approved_by FROM day_approvals a"
                f" WHERE a.company_id = '{company.id}' AND a.day >= '{first}' AND a.day <= '{last}' ORDER BY a.user_id, a.day;\n")
            what = "GET the check of a month's LODAS file of 50 people, PostgreSQL"
            rates = alternate(dataclasses.replace(self.effort, connections=1), what, {
                "polier": lambda effort: requests(effort, server, check, company.token),
                "pgbench": lambda effort: transactions(effort, script, {}, database),
            })
            self.lines.append(of_rates(
                what, "pgbench, the plain rows and approvals", rates["polier"], rates["pgbench"], 1 / 3))

    def years(self) -> None:
        """Hours of a company of 50 people with five years behind it, against one with three months."""
        with contextlib.ExitStack() as stack:
            for engine in ["SQLite", "PostgreSQL"]:
                sides, acts = {}, {}
                for name, days in [("old", 5 * 365), ("young", 90)]:
                    sides[name] = self.worked(stack, f"years-{name}", engine, days)
                    acts[name] = self.arriving(stack, f"years-{name}-clock", engine, days)
                today = datetime.date.today()
                first = today.replace(day=1)
                month_before = f"{first - datetime.timedelta(1):%Y-%m}"
                # The server makes only a few such answers at once for a company, and one copy for a person.
                for what, path in [
                    ("GET this month's time sheets", f"/time-sheets?from={first}&to={today}&limit=100"),
                    ("GET a worker's own month", f"/time-sheets?from={first}&to={today}&userId={{user}}"),
                    ("GET last month's hours as CSV", f"/time-sheets/export?month={month_before}&format=csv"),
                ]:
                    what = f"{what}, 50 people, five years of hours, {engine}"
                    rates = alternate(dataclasses.replace(self.effort, connections=1), what, {
                        name: lambda effort, server=server, company=company, user=user, token=token, path=path: requests(
                            effort, server, f"/api/v1/companies/{company.id}" + path.format(user=user),
                            token if "{user}" in path else company.token)
                        for name, (server, company, user, token) in sides.items()
                    })
                    self.lines.append(of_rates(what, "three months of hours", rates["old"], rates["young"], 1 / 1.2))
                what = f"check-in and check-out, five years of hours, {engine}"
                rates = alternate(self.effort, what, acts)
                self.lines.append(of_rates(what, "three months of hours", rates["old"], rates["young"], 1 / 1.2))

    def worked(self, stack: contextlib.ExitStack, name: str, engine: str, days: int):
        """A server with a company whose 50 people worked for so many days: and one of them, with the token of their session."""
        url = self.fresh(name) if engine == "SQLite" else stack.enter_context(self.schema(name.replace("-", "_")))
        with polier(self.folder, url) as server:
            company = register(server, materials=0)
        rows = crowd.Crowd()
        user, token = rows.worked(company, 50, days)[0]
        rows.write(url)
        server = stack.enter_context(polier(self.folder, url))
        self.seal(server, company)
        return server, company, user, token

    def arriving(self, stack: contextlib.ExitStack, name: str, engine: str, days: int) -> Callable[[Effort], float]:
        """Such a company, in which others check in and out."""
        people, rounds = 256, self.effort.rounds + 1
        url = self.fresh(name) if engine == "SQLite" else stack.enter_context(self.schema(name.replace("-", "_")))
        with polier(self.folder, url) as server:
            company = register(server, materials=0)
        rows = crowd.Crowd()
        rows.worked(company, 50, days)
        tokens = rows.workers(company, people * rounds)
        rows.write(url)
        server = stack.enter_context(polier(self.folder, url))
        self.seal(server, company)
        # A round leaves people on the site: each has people of its own.
        groups = iter([tokens[start:start + people] for start in range(0, len(tokens), people)])
        acts = self.folder / f"{name}.acts"

        def act(effort: Effort) -> float:
            acts.write_text("".join(line + "\n" for line in shifts(company, next(groups), count=100)))
            # One thread: another one would send the same acts again.
            return requests(dataclasses.replace(effort, threads=1), server, "/", posts=acts)

        return act

    @staticmethod
    def seal(server: Server, company: Company) -> None:
        """Waits until the hours that were put into the tables are in the company's chain: the server does it in the background."""
        end = time.monotonic() + 900
        while not json.loads(server.fetch(f"/api/v1/companies/{company.id}/hours/verify", company.token))["sealed"]:
            if time.monotonic() > end:
                raise BenchError("the chain of the hours wasn't sealed within a quarter of an hour")
            time.sleep(0.5)

    def postgres(self) -> None:
        """The site again, against pgbench with the statements that the server runs for it."""
        url = os.environ["POLIER_TEST_POSTGRES_URL"]
        database = libpq(url)
        with polier(self.folder, url) as server:
            company = register(server, materials=10)
            statements.query(database, "ANALYZE")
            script = statements.recorded(self.folder, server, company.site_path, company.token, database)
            what = "GET site with 10 materials, PostgreSQL"
            rates = alternate(self.effort, what, {
                "polier": lambda effort: requests(effort, server, company.site_path, company.token),
                "pgbench": lambda effort: transactions(effort, script.path, script.variables, database),
            })
        limit = f"pgbench, the same {script.statements} statements"
        self.lines.append(of_rates(what, limit, rates["polier"], rates["pgbench"], 1.1))

    def distance(self) -> None:
        """How much longer one request takes where each round trip to PostgreSQL takes a millisecond more, against how much longer a
        statement of pgbench takes there: the number of round trips."""
        with contextlib.ExitStack() as stack:
            near = stack.enter_context(self.schema("distance"))
            port = stack.enter_context(distance.longer(libpq(near)["PGHOST"], int(libpq(near)["PGPORT"])))
            parts = urllib.parse.urlsplit(near)
            far = parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{port}")).geturl()
            script = self.folder / "distance.sql"
            script.write_text("SELECT 1;\n")
            servers = {"near": stack.enter_context(polier(self.folder, near))}
            servers["far"] = stack.enter_context(polier(self.folder, far))
            company = register(servers["near"], materials=10)
            keys = (f"distance-{number}" for number in itertools.count())
            taking = company.adjust_paths[0], json.dumps({"delta": 1})
            sides: dict[str, Callable[[Effort], float]] = {}
            for place, url in [("near", near), ("far", far)]:
                asked = functools.partial(distance.milliseconds, servers[place], company.token)
                sides |= {
                    f"site {place}": lambda _, asked=asked: asked("GET", company.site_path),
                    f"adjust {place}": lambda _, asked=asked: asked("POST", *taking),
                    f"with a key {place}": lambda _, asked=asked: asked("POST", *taking, keys=keys),
                    f"pgbench {place}": lambda effort, url=url: 1000 / transactions(
                        dataclasses.replace(effort, connections=1), script, {}, libpq(url)),
                }
            times = alternate(self.effort, "one at a time, PostgreSQL near and 1 ms away", sides, "{:.2f} ms".format)

        def longer(name: str) -> list[float]:
            return [far - near for far, near in zip(times[f"{name} far"], times[f"{name} near"], strict=True)]

        for name, shown, trips in [
            ("site", "GET site with 10 materials", 1), ("adjust", "POST adjust-quantity", 2),
            ("with a key", "POST adjust-quantity with a key", 3),
        ]:
            line = of_values(
                f"{shown}: longer where PostgreSQL is 1 ms away", "pgbench, SELECT 1", longer(name), longer("pgbench"), "ms")
            self.lines.append(dataclasses.replace(line, target=trips + 0.5, below=True))

    def crowd(self) -> None:
        """A list of twenty sites, and who one is, where there is much else, against the same where there is nothing else."""
        for engine in ["SQLite", "PostgreSQL"]:
            with contextlib.ExitStack() as stack:
                sides = {}
                for name, rows in [("large", crowd.large), ("small", crowd.small)]:
                    url = self.fresh(f"crowd-{name}") if engine == "SQLite" else stack.enter_context(self.schema(name))
                    with polier(self.folder, url) as server:
                        company = register(server, materials=0)
                        user = json.loads(server.fetch(ME, company.token))["id"]
                    rows(company, user).write(url)
                    server = stack.enter_context(polier(self.folder, url))
                    listed = f"/api/v1/companies/{company.id}/sites?limit=20"
                    if len(json.loads(server.fetch(listed, company.token))) != 20:
                        raise BenchError("the list has no twenty sites")
                    sides[name] = (server, company, listed)
                for what, path in [("GET 20 sites with 400 materials", None), ("GET /users/me", ME)]:
                    what = f"{what} among 500 companies, {engine}"
                    rates = alternate(self.effort, what, {
                        name: lambda effort, side=side, path=path: requests(
                            effort, side[0], path or side[2], side[1].token)
                        for name, side in sides.items()
                    })
                    self.lines.append(of_rates(what, "the same, alone", rates["large"], rates["small"], 1 / 1.5))

    def age(self) -> None:
        """The start page of a company with much behind it, against that of one that has only what goes on now."""
        urls = {}
        with contextlib.ExitStack() as stack:
            for engine in ["SQLite", "PostgreSQL"]:
                sides = {}
                for name, rows in [("old", crowd.old), ("young", crowd.young)]:
                    url = self.fresh(f"age-{name}") if engine == "SQLite" else stack.enter_context(self.schema(name))
                    with polier(self.folder, url) as server:
                        company = register(server, materials=0)
                        user = json.loads(server.fetch(ME, company.token))["id"]
                    rows(company, user).write(url)
                    server = stack.enter_context(polier(self.folder, url))
                    overview = f"/api/v1/companies/{company.id}/overview"
                    answer = server.fetch(overview, company.token)
                    seen = json.loads(answer)
                    # The one that register made is active too.
                    if (len(seen["sites"]), seen["counts"]["low"]) != (31, 60):
                        raise BenchError(f"the overview has {len(seen['sites'])} sites and {seen['counts']}")
                    sides[name] = (server, company, overview, len(answer))
                    if engine == "SQLite":
                        urls[name] = f"http://127.0.0.1:{server.port}"
                what = f"GET overview, 30 of 1,000 sites active, 100,000 time entries, {engine}"
                alone = "the same 30 sites, alone"
                rates = alternate(self.effort, what, {
                    name: lambda effort, side=side: requests(effort, side[0], side[2], side[1].token)
                    for name, side in sides.items()
                })
                self.lines += [
                    of_rates(what, alone, rates["old"], rates["young"], 1 / 1.2),
                    Line(f"{what}: bytes", alone, sides["old"][3], sides["young"][3], "B", 1.2, below=True),
                ]
            visits = web.starts(urls, PERSON["email"], PERSON["password"], self.effort.rounds)
        what = "start page of that company, second visit, 1.6 Mbit/s and 150 ms, SQLite"
        for part, place, unit in [("usable", 0, "s"), ("bytes from the API", 1, "B")]:
            line = of_values(
                f"{what}: {part}", alone, *([visit[place] for visit in visits[name]] for name in ["old", "young"]), unit)
            self.lines.append(dataclasses.replace(line, target=1.2, below=True))

    def copy(self) -> None:
        """A million movements from either engine to the other."""
        source = self.fresh("copy")
        with polier(self.folder, source) as server:
            company = register(server, materials=0)
            user = json.loads(server.fetch(ME, company.token))["id"]
        copying.fill(source, company, user)
        rows = self.folder / "movements.tsv"
        with contextlib.ExitStack() as stack:
            # What the engines' own ways fill again and again has all the rows that movements refer to.
            filled = stack.enter_context(self.schema("filled"))
            copying.copied(source, filled)
            run([
                postgres_program("psql"), filled, "--command",
                f"\\copy movements ({copying.COLUMNS}) TO '{rows}'"])
            other = self.fresh("copy-other")
            copying.copied(filled, other)

            def to_postgres() -> float:
                with self.schema("target") as url:
                    return copying.copied(source, url)

            def to_sqlite() -> float:
                target = self.fresh("copy-target")
                try:
                    return copying.copied(filled, target)
                finally:
                    for file in self.folder.glob("copy-target.sqlite*"):
                        file.unlink()

            # Both limits only write; the copy also reads both sides and hashes them.
            for what, limit, copy, own, target in [
                ("SQLite to PostgreSQL", "psql's COPY of the same rows", to_postgres,
                    lambda: copying.by_psql(filled, rows), 0.5),
                ("PostgreSQL to SQLite", "SQLite's own INSERT ... SELECT", to_sqlite,
                    lambda: copying.by_sqlite(source, other), 0.25),
            ]:
                what = f"polier copy of 1,000,000 movements, {what}"
                rates = copying.compared(self.effort, what, copy, own)
                self.lines.append(of_rates(what, limit, rates["polier"], rates["limit"], target))

    def web(self) -> None:
        """The start page on a phone with 1.6 Mbit/s and 150 ms, for a company with three sites."""
        with polier(self.folder, self.fresh("web")) as server:
            register(server, materials=10)
            first, second = web.visits(
                f"http://127.0.0.1:{server.port}", PERSON["email"], PERSON["password"], self.effort.rounds)
        what = "start page usable, 1.6 Mbit/s and 150 ms"
        self.lines += [
            Line(f"{what}, first visit", "1.2 s", statistics.median(first), 1.2, "s", 1, below=True),
            Line(f"{what}, second visit", "0.3 s", statistics.median(second), 0.3, "s", 1, below=True),
        ]

    @contextlib.contextmanager
    def schema(self, name: str) -> Iterator[str]:
        """The URL of a PostgreSQL database of its own."""
        url = os.environ["POLIER_TEST_POSTGRES_URL"]
        database = f"bench_{name}_{os.getpid()}"
        psql = [postgres_program("psql"), "--quiet", url, "--command"]
        run([*psql, f"CREATE DATABASE {database}"])
        try:
            yield urllib.parse.urlsplit(url)._replace(path=f"/{database}").geturl()
        finally:
            run([*psql, f"DROP DATABASE {database} WITH (FORCE)"])

    def mail(self) -> None:
        """How long requests take while mails are to be sent and the provider hangs, against when it is well."""
        what = "GET site, 20 people a second invited, SQLite"
        with (
            mail.sending(self.folder, "hanging", self.fresh("hanging"), 3600) as hanging,
            mail.sending(self.folder, "healthy", self.fresh("healthy"), 0.1) as healthy,
        ):
            results = alternate(
                self.effort, what, {"hanging": hanging.round, "healthy": healthy.round},
                lambda answers: f"{answers.median:.2f} ms, 99 of 100 within {answers.slow:.2f} ms")
            if not hanging.asked or healthy.asked < healthy.invited / 2:
                raise BenchError(f"of {healthy.invited} mails {healthy.asked} were sent, {hanging.asked} hang")
        for name, measure in [("half", lambda answers: answers.median), ("99 of 100", lambda answers: answers.slow)]:
            line = of_values(
                f"{what}, mail provider hanging: {name} within", "provider well",
                [measure(answers) for answers in results["hanging"]], [measure(answers) for answers in results["healthy"]], "ms")
            self.lines.append(dataclasses.replace(line, target=1.2, below=True))

    def hostile(self) -> None:
        """A body of 250 kB whose text was made to cost more than its length, against as much plain text."""
        with polier(self.folder, self.fresh("hostile")) as server:
            for place in hostile.PLACES:
                worst = hostile.Worst(server, place, self.effort.rounds)
                line = of_values(
                    f"POST with 250 kB as {place}: {worst.name}, the worst of {len(hostile.FAMILIES)}",
                    "as much ASCII", worst.values, worst.plain, "ms")
                self.lines.append(dataclasses.replace(line, target=5, below=True))

    def start(self) -> None:
        """Time to ready, and memory. The schema is up to date before the first start that counts."""
        database = self.fresh("start")
        with polier(self.folder, database) as server:
            company = register(server, materials=64)
        times = []
        for _ in range(10):
            with polier(self.folder, database) as server:
                times.append(server.seconds_to_ready * 1000)
        paths = self.folder / "start.paths"
        paths.write_text("".join(path + "\n" for path in company.adjust_paths))
        with polier(self.folder, database) as server:
            time.sleep(2)
            idle = server.megabytes("VmRSS")
            requests(self.effort, server, company.site_path, company.token)
            requests(self.effort, server, "/", company.token, posts=paths)
            after, peak = server.megabytes("VmRSS"), server.megabytes("VmHWM")
        connections = 1000
        # What the start left unused goes to the first ones.
        with polier(self.folder, database) as server, idle_connections(server, 500):
            time.sleep(2)
            before = server.megabytes("VmRSS")
            with idle_connections(server, connections):
                time.sleep(1)
                each = (server.megabytes("VmRSS") - before) * 1000 / connections
        self.lines += [
            Line("start to the first 200 of /readyz", "300 ms", statistics.median(times), 300, "ms", 1, below=True),
            Line("resident memory, idle after the start", "64 MB", idle, 64, "MB", 1, below=True),
            Line("resident memory, peak under load", "idle", peak, idle, "MB"),
            Line("resident memory, after the load", "idle", after, idle, "MB"),
            Line(f"resident memory of each of {connections:,} idle connections", "16 kB", each, 16, "kB", 1, below=True),
        ]


def libpq(url: str) -> dict[str, str]:
    """The settings by which PostgreSQL's programs find the database."""
    parts = urllib.parse.urlsplit(url)
    return {
        "PGHOST": parts.hostname or "", "PGPORT": str(parts.port), "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "", "PGDATABASE": parts.path.removeprefix("/"),
    }


GROUPS = {
    "me": Bench.me, "site": Bench.site, "write": Bench.write, "cpu": Bench.cpu, "signins": Bench.signins, "transfer": Bench.transfer, "hours": Bench.hours, "years": Bench.years,
    "postgres": Bench.postgres, "distance": Bench.distance, "crowd": Bench.crowd,
    "mail": Bench.mail, "hostile": Bench.hostile, "start": Bench.start, "age": Bench.age, "copy": Bench.copy, "web": Bench.web,
}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        raise BenchError(f"there is nothing called {unknown[0]}; there are {', '.join(GROUPS)}")
    effort = Effort.from_environment()
    # Below .build, which is on a disk, while /tmp may be in memory.
    pathlib.Path(".build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=".build") as name:
        folder = pathlib.Path(name).resolve()
        bench = Bench(folder, effort)
        for group in names or GROUPS:
            GROUPS[group](bench)
        syncs = statistics.median(bench.syncs or [disk_syncs(effort.shorter(), folder)])
        print("\n".join([*machine.facts(folder), f"disk: {syncs:,.0f} fdatasync/s of 4 KiB"]))
    print(
        f"medians of {effort.rounds} alternating rounds of {effort.seconds:g} s, {effort.connections} connections, "
        f"wrk with {effort.threads} thread(s)\n")
    print(rendered(bench.lines))


if __name__ == "__main__":
    # A SIGTERM unwinds like an exception, so that everything that was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main(sys.argv[1:])
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
