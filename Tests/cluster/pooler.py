"""PgBouncer in transaction mode: a server session is someone else's a moment later.

    pooler.py COMMAND [ARGUMENT...]

runs a command with one in front of the server that POLIER_TEST_POSTGRES_URL names, which names PgBouncer then."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

from postgres import USER
from programs import Program, as_user, expect, free_port, run, wait_for

CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = {authentication}
auth_file = {folder}/users
admin_users = polier
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 1000
"""


class Pooler:
    def __init__(self, folder: pathlib.Path, server: int, sessions: int, password: str = ""):
        """- sessions: with each database, however many connections there are to PgBouncer."""
        self.port, self.password = free_port(), password
        own = folder / "pgbouncer"
        own.mkdir()
        # It signs in at the server with what it asks its own clients for.
        (own / "users").write_text(f'"polier" "{password}"\n')
        (own / "pgbouncer.ini").write_text(CONFIGURATION.format(
            server=server, port=self.port, folder=own, sessions=sessions,
            authentication="scram-sha-256" if password else "trust"))
        if USER:
            shutil.chown(own, USER)
        self.program = Program(own / "log", as_user(USER) + ["pgbouncer", str(own / "pgbouncer.ini")])
        wait_for("PgBouncer answers", self.answers)

    def answers(self) -> bool:
        expect(self.program.runs, f"PgBouncer ended:\n{self.program.last_words()}")
        return self.ask("SHOW VERSION")[0] == 0

    def ask(self, text: str) -> tuple[int, str]:
        command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", self.url("pgbouncer"), "--command", text]
        return run(command, {"PGPASSWORD": self.password})

    def count(self, what: str) -> int:
        """Of connections to the database `polier`: CLIENTS or SERVERS."""
        return self.ask(f"SHOW {what}")[1].count("|polier|polier|")

    def url(self, database: str) -> str:
        return f"postgres://polier@127.0.0.1:{self.port}/{database}"

    @staticmethod
    def knows_prepared_statements() -> bool:
        """From 1.21 on."""
        major, minor = map(int, re.search(r"(\d+)\.(\d+)", run(["pgbouncer", "--version"])[1]).groups())
        return (major, minor) >= (1, 21)

    def settings(self) -> dict[str, str]:
        """For pods behind it."""
        prepared = "true" if self.knows_prepared_statements() else "false"
        return {"POLIER_DATABASE_URL": self.url("polier"), "POLIER_DATABASE_PREPARED": prepared}

    def stop(self) -> None:
        self.program.kill()


def main(command: list[str]) -> int:
    url = urllib.parse.urlsplit(os.environ["POLIER_TEST_POSTGRES_URL"])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="polier-pooler.", dir="/tmp"))
    folder.chmod(0o711)
    # Few, so that they are shared; more than one test holds open at once, so that none waits for another.
    pooler = Pooler(folder, url.port, sessions=8, password=url.password)
    try:
        place = f"polier:{url.password}@127.0.0.1:{pooler.port}"
        return subprocess.run(command, env=os.environ | {
            "POLIER_TEST_POSTGRES_URL": url._replace(netloc=place).geturl(), "POLIER_TEST_ENGINE": "postgres",
            "POLIER_TEST_POSTGRES_PREPARED": pooler.settings()["POLIER_DATABASE_PREPARED"]}).returncode
    finally:
        pooler.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
