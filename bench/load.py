"""What is done to the servers, and to the disk, during one round. Every function returns how many a second."""

import contextlib
import dataclasses
import os
import pathlib
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from processes import BenchError, Server


@dataclasses.dataclass(frozen=True)
class Effort:
    rounds: int
    seconds: float
    connections: int
    threads: int

    @staticmethod
    def from_environment() -> "Effort":
        def number(name: str, default: str) -> int:
            text = os.environ.get(name) or default
            if not text.isdecimal() or int(text) == 0:
                raise BenchError(f"{name} is '{text}'; it must be a whole number above 0")
            return int(text)

        threads = "1" if (os.cpu_count() or 1) <= 2 else "2"
        return Effort(
            number("BENCH_ROUNDS", "5"), number("BENCH_SECONDS", "3"), number("BENCH_CONNECTIONS", "64"),
            number("BENCH_THREADS", threads))

    def alone(self) -> "Effort":
        """One client."""
        return dataclasses.replace(self, connections=1, threads=1)

    def shorter(self) -> "Effort":
        return dataclasses.replace(self, seconds=1)


@dataclasses.dataclass(frozen=True)
class Answers:
    """What wrk got answered: how many, how many a second, and after how many milliseconds half and 99 of 100 of them had come."""
    count: int
    rate: float
    median: float
    slow: float


def answers(
    effort: Effort, server: Server, path: str, token: str | None = None, posts: pathlib.Path | None = None
) -> Answers:
    """Any answer other than a success makes the round worthless."""
    command = [
        "wrk", f"-t{effort.threads}", f"-c{effort.connections}", f"-d{effort.seconds:g}s", "--timeout", "10s",
        "-s", str(pathlib.Path(__file__).with_name("load.lua"))]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    command += [f"http://127.0.0.1:{server.port}{path}"]
    if posts:
        command += ["--", str(posts)]
    output = run(command)
    found = re.search(r"^RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", output, re.MULTILINE)
    if not found:
        raise BenchError(f"wrk said nothing that is understood:\n{output}")
    answered, microseconds, refused, lost, median, slow = map(int, found.groups())
    if refused or lost or not answered:
        raise BenchError(
            f"{path}: {refused} of {answered} answers were no success, {lost} requests lost:\n{server.last_words()}")
    return Answers(answered, answered * 1e6 / microseconds, median / 1000, slow / 1000)


def requests(
    effort: Effort, server: Server, path: str, token: str | None = None, posts: pathlib.Path | None = None
) -> float:
    """Requests a second that wrk gets answered."""
    return answers(effort, server, path, token, posts).rate


def processor_time(
    effort: Effort, server: Server, path: str, token: str | None = None, posts: pathlib.Path | None = None
) -> float:
    """Microseconds of processor time that the server takes for each request."""
    before = idle(server)
    count = answers(effort, server, path, token, posts).count
    return (server.processor_seconds() - before) * 1e6 / count


def idle(server: Server) -> float:
    """Waits until it has answered those too who hung up; the processor time that it has taken, in seconds."""
    taken = server.processor_seconds()
    for _ in range(100):
        time.sleep(0.1)
        before, taken = taken, server.processor_seconds()
        if taken - before <= 0.01:
            return taken
    raise BenchError("the server doesn't come to rest")


@contextlib.contextmanager
def idle_connections(server: Server, count: int) -> Iterator[None]:
    """So many connections that had one answer each and stay open."""
    request = f"GET /livez HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 10_000), most))
    with contextlib.ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20)) for _ in range(count)]
        for connection in connections:
            connection.sendall(request)
        for connection in connections:
            if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
                raise BenchError("a connection got no answer")
        yield


def transactions(
    effort: Effort, script: pathlib.Path, variables: dict[str, str], settings: dict[str, str]
) -> float:
    """Runs of the script a second that pgbench gets done, the time to connect not counted."""
    command = [
        postgres_program("pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={effort.connections}", "--jobs=2",
        f"--time={effort.seconds:g}", f"--file={script}"]
    command += [f"--define={name}={value}" for name, value in variables.items()]
    output = run(command, settings)
    found = re.search(r"^tps = ([0-9.]+) \(without initial connection time\)", output, re.MULTILINE)
    if not found or re.search(r"^number of failed transactions: [1-9]", output, re.MULTILINE):
        raise BenchError(f"pgbench said nothing that is understood:\n{output}")
    return float(found.group(1))


def disk_syncs(effort: Effort, folder: pathlib.Path) -> float:
    """4 KiB appended to a file and fdatasync, one after the other by one thread, in the database's folder."""
    path = folder / "syncs"
    block = os.urandom(4096)
    file = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        count = 0
        start = time.perf_counter()
        while time.perf_counter() - start < effort.seconds:
            os.write(file, block)
            os.fdatasync(file)
            count += 1
        return count / (time.perf_counter() - start)
    finally:
        os.close(file)
        path.unlink()


Result = TypeVar("Result")


def alternate(
    effort: Effort, what: str, sides: dict[str, Callable[[Effort], Result]],
    shown: Callable[[Result], str] = lambda rate: f"{rate:,.0f}/s"
) -> dict[str, list[Result]]:
    """A B C, A B C, ...: what the machine does meanwhile hits all sides alike. One short round of each goes before."""
    for side in sides.values():
        side(effort.shorter())
    results: dict[str, list[Result]] = {name: [] for name in sides}
    for number in range(effort.rounds):
        for name, side in sides.items():
            # No one's syncs wait for what another side left unwritten.
            os.sync()
            results[name].append(side(effort))
        line = ", ".join(f"{name} {shown(values[-1])}" for name, values in results.items())
        print(f"{what}, round {number + 1} of {effort.rounds}: {line}", file=sys.stderr, flush=True)
    return results


def postgres_program(name: str) -> str:
    beside_the_server = pathlib.Path(os.environ["POLIER_TEST_PG_BIN"]) / name
    return str(beside_the_server) if beside_the_server.exists() else name


def run(command: list[str], settings: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, env=os.environ | (settings or {}), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
