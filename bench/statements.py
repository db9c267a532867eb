"""What the server asks PostgreSQL for one request, as a script for pgbench.

Taken from PostgreSQL's own log, with the values that were bound: so pgbench runs the statements that the server runs,
also after someone changes them.
"""

import dataclasses
import pathlib
import re
import time

from load import postgres_program, run
from processes import BenchError, Server

# The server's log is beside its socket: scripts/with-postgres puts both into the cluster's folder.
LOG = "current_setting('unix_socket_directories') || '/server.log'"
SETTINGS = ("log_statement = 'all'", "log_line_prefix = '%p> '", "log_error_verbosity = 'default'")


@dataclasses.dataclass
class Script:
    path: pathlib.Path
    variables: dict[str, str]
    statements: int


def recorded(folder: pathlib.Path, server: Server, path: str, token: str, database: dict[str, str]) -> Script:
    """Sends one GET and keeps the statements that it caused."""
    # A first one, so that everything is prepared.
    server.fetch(path, token)
    size = f"SELECT size FROM pg_stat_file({LOG})"
    change(database, [f"ALTER SYSTEM SET {setting}" for setting in SETTINGS])
    start = int(query(database, size))
    server.fetch(path, token)
    time.sleep(0.5)
    log = query(database, f"SELECT pg_read_file({LOG}, {start}, (pg_stat_file({LOG})).size - {start})")
    change(database, [f"ALTER SYSTEM RESET {setting.split()[0]}" for setting in SETTINGS])
    statements = executed(log)
    if not statements:
        raise BenchError(f"PostgreSQL's log shows no statements of GET {path}:\n{log[:2000]}")
    return written(folder / "site.pgbench.sql", statements)


def executed(log: str) -> list[tuple[str, dict[int, str | None]]]:
    """The prepared statements of a log, in order, with their parameters. Those without any are not a request's."""
    # A line that goes on begins with a tab.
    lines = log.replace("\n\t", " ").splitlines()
    found: list[tuple[str, dict[int, str | None]]] = []
    # By backend: in the log, a statement's parameters follow it, but another backend's lines may come between.
    waiting: dict[str, str] = {}
    for line in lines:
        if statement := re.match(r"(\d+)> LOG:  execute [^:]*: (.*)", line):
            waiting[statement[1]] = statement[2]
        elif detail := re.match(r"(\d+)> DETAIL:  parameters: (.*)", line):
            sql = waiting.pop(detail[1], None)
            if sql:
                found.append((sql, parameters(detail[2])))
    return found


def parameters(detail: str) -> dict[int, str | None]:
    values: dict[int, str | None] = {}
    for number, quoted in re.findall(r"\$(\d+) = (NULL|'(?:[^']|'')*')", detail):
        values[int(number)] = None if quoted == "NULL" else quoted[1:-1].replace("''", "'")
    return values


def written(path: pathlib.Path, statements: list[tuple[str, dict[int, str | None]]]) -> Script:
    """With pgbench's variables in the places, which it binds as parameters. It can't bind a null: that stays."""
    variables: dict[str, str] = {}
    lines: list[str] = []
    for index, (sql, values) in enumerate(statements, start=1):
        def place(found: re.Match) -> str:
            value = values[int(found[1])]
            if value is None:
                return "NULL::text"
            name = f"s{index}_{found[1]}"
            variables[name] = value
            return f":{name}"

        lines.append(re.sub(r"\$(\d+)", place, sql).rstrip(";") + ";")
    path.write_text("\n".join(lines) + "\n")
    return Script(path, variables, len(statements))


def change(database: dict[str, str], statements: list[str]) -> None:
    for statement in statements:
        query(database, statement)
    query(database, "SELECT pg_reload_conf()")
    # Backends look at their settings when the next statement comes, but the signal has to reach them first.
    time.sleep(0.5)


def query(database: dict[str, str], sql: str) -> str:
    return run([postgres_program("psql"), "--no-psqlrc", "--tuples-only", "--no-align", "--command", sql], database)
