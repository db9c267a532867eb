"""A PostgreSQL primary with a streaming standby that acknowledges every commit before the client hears of it."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from programs import Broken, as_user, expect, free_port, run, wait_for

BINARIES = pathlib.Path(os.environ["POLIER_TEST_PG_BIN"])
USER = os.environ.get("POLIER_TEST_PG_USER", "")


class Server:
    """One PostgreSQL server, in a folder and on a port of its own."""

    def __init__(self, folder: pathlib.Path, name: str):
        self.name = name
        self.folder = folder / name
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.port = free_port()
        self.folder.mkdir()
        if USER:
            shutil.chown(self.folder, USER)

    def start(self) -> None:
        # Not in the file: a copy of the data must not bring the port of the original.
        options = f"-p {self.port} -c cluster_name={self.name}"
        self.control("start", "--wait", "--log", str(self.log), "--options", options)

    def stop(self, mode: str) -> None:
        self.control("stop", "--wait", "--mode", mode)

    def promote(self) -> None:
        """Returns when the server takes writes."""
        self.control("promote", "--wait")

    def control(self, verb: str, *arguments: str) -> None:
        self.run("pg_ctl", verb, "--silent", "--timeout", "60", "--pgdata", str(self.data), *arguments)

    def run(self, program: str, *arguments: str) -> None:
        command = as_user(USER) + [str(BINARIES / program), *arguments]
        # Not by a pipe: the server would inherit it and keep it open.
        done = subprocess.run(
            command, cwd="/", env=os.environ | {"LC_ALL": "C"}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        words = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
        expect(done.returncode == 0, f"{' '.join(command)} failed:\n{words}")

    def processes(self) -> list[int]:
        """The postmaster, and all that it started."""
        try:
            postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
            children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        except (FileNotFoundError, IndexError):
            return []
        return [postmaster, *map(int, children)]

    def kill(self) -> None:
        """All of its processes at once, as when the machine loses its power: no one hears a last word."""
        memory = (self.data / "postmaster.pid").read_text().split("\n")[6].split()
        stopped = self.processes()[:1]
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        # Stopped, the postmaster starts no more of them.
        for process in self.processes():
            os.kill(process, signal.SIGKILL)
        wait_for("the killed PostgreSQL is gone", lambda: not any(map(alive, stopped)))
        # The mark by which a second postmaster would notice the first outlives it, and no one else would remove it.
        run(as_user(USER) + ["ipcrm", "--shmem-id", memory[1]])

    def halt(self) -> list[int]:
        """Lets all of its processes stand still, and returns them."""
        halted: list[int] = []
        # The postmaster first: stopped, it starts no more of them.
        while more := [process for process in self.processes() if process not in halted]:
            for process in more:
                tell(process, signal.SIGSTOP)
            halted += more
        return halted

    def sql(self, text: str, database: str = "polier") -> str:
        command = [
            "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
            f"postgres://polier@127.0.0.1:{self.port}/{database}", "--command", text]
        code, output = run(command)
        expect(code == 0, f"psql on {self.name} failed: {output}")
        return output.strip()


def tell(process: int, number: signal.Signals) -> None:
    """A process that has ended meanwhile needs to be told nothing."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass


def alive(process: int) -> bool:
    try:
        return re.search(r"^State:\s+[ZX]", pathlib.Path(f"/proc/{process}/status").read_text(), re.MULTILINE) is None
    except FileNotFoundError:
        return False


class Pair:
    """The primary and its standby. They change places when the primary is lost."""

    def __init__(self, folder: pathlib.Path):
        self.primary, self.standby = Server(folder, "anna"), Server(folder, "berta")
        self.servers = [self.primary, self.standby]

    def start(self) -> None:
        self.primary.run(
            "initdb", "--pgdata", str(self.primary.data), "--username", "polier", "--auth", "trust", "--encoding",
            "UTF8", "--locale", "C", "--no-sync")
        with open(self.primary.data / "postgresql.conf", "a") as settings:
            settings.write(
                "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 200\n"
                "synchronous_commit = on\nhot_standby = on\nwal_keep_size = '64MB'\n"
                # A restarted primary acknowledges nothing until its standby is back, which would look after 5 s.
                "wal_retrieve_retry_interval = '200ms'\n")
        self.primary.start()
        self.primary.sql("CREATE DATABASE polier", "postgres")
        self.add_standby()

    def add_standby(self) -> None:
        """Copies the primary, lets the copy follow it, and from then on acknowledges only what the copy has on disk."""
        standby = self.standby
        standby.run(
            "pg_basebackup", "--pgdata", str(standby.data), "--checkpoint=fast", "--no-sync", "--write-recovery-conf",
            "--dbname", f"host=127.0.0.1 port={self.primary.port} user=polier application_name={standby.name}")
        standby.start()
        # In a file that a copy brings along, and that a promoted standby must not obey: it would wait for itself.
        self.primary.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{standby.name}'")
        self.primary.sql("SELECT pg_reload_conf()")
        wait_for("the standby follows synchronously", self.is_synchronous)

    def is_synchronous(self) -> bool:
        return self.primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync"

    def fail_over(self) -> None:
        """Promotes the standby in the place of a primary that is gone. Returns when it takes writes."""
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary

    def restore(self) -> None:
        """Makes a server that was lost into the standby of the one that took its place."""
        if not self.standby.processes():
            shutil.rmtree(self.standby.data)
            self.add_standby()
        wait_for("the standby follows synchronously", self.is_synchronous)

    def stop(self) -> None:
        for server in self.servers:
            if server.processes():
                try:
                    server.stop("immediate")
                except Broken:
                    server.kill()

    def url(self, name: str) -> str:
        """Both hosts, as a cluster's settings name them; `name` shows in pg_stat_activity."""
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in self.servers)
        return f"postgres://polier@{hosts}/polier?target_session_attrs=read-write&application_name={name}"


class Lock:
    """Keeps a material's row locked, so that who changes it waits. A context."""

    def __init__(self, server: Server, material: str):
        self.statement = f"BEGIN; SELECT 1 FROM materials WHERE id = '{material}' FOR UPDATE;\n"
        self.url = f"postgres://polier@127.0.0.1:{server.port}/polier?application_name=lock"
        self.server = server

    def __enter__(self) -> "Lock":
        self.psql = subprocess.Popen(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", self.url], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.psql.stdin.write(self.statement)
        self.psql.stdin.flush()
        expect(self.psql.stdout.readline().strip() == "1", "the row to lock is not there")
        self.since = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.psql.communicate("ROLLBACK;\n")

    def waiting(self) -> list[str]:
        """The names of those who wait for it."""
        return self.server.sql("""
            SELECT DISTINCT application_name FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND datname = 'polier'""").split()
