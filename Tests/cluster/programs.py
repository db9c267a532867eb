"""The programs of the small production: started on ports of 127.0.0.1, and always stopped."""

import os
import pathlib
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable


class Broken(Exception):
    """What was seen is not what is promised, or a part of the test doesn't work: one sentence."""


def expect(condition: object, sentence: str) -> None:
    if not condition:
        raise Broken(sentence)


def wait_for(what: str, condition: Callable[[], object], seconds: float = 60) -> float:
    """Seconds until the condition held. The limit is there to end the test, not to judge a slow machine by."""
    start = time.monotonic()
    while not condition():
        expect(time.monotonic() - start < seconds, f"{what}: not within {seconds:g} s")
        time.sleep(0.02)
    return time.monotonic() - start


_taken: set[int] = set()


def free_port() -> int:
    """Below those that the kernel gives to outgoing connections: a program that is restarted finds it free again."""
    while True:
        port = random.randrange(20000, 32000)
        if port in _taken:
            continue
        _taken.add(port)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def as_user(user: str) -> list[str]:
    """Begins the command of a program that refuses to run as root. `user` is empty where the caller isn't root."""
    return ["runuser", "--user", user, "--"] if user else []


class Program:
    """A process in a session of its own, so that the terminal's signals don't reach it, with its output in a file."""

    def __init__(self, log: pathlib.Path, command: list[str], settings: dict[str, str] | None = None):
        self.log = log
        # What is tested is not what someone happens to have set.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("POLIER_")}
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command, env=environment | (settings or {}), cwd=log.parent, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True)

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.runs:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def exit_code(self, seconds: float) -> int:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Broken(f"{self.process.args[0]} still runs after {seconds:g} s:\n{self.last_words()}") from None

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def last_words(self) -> str:
        return self.text()[-3000:]


def run(command: list[str], settings: dict[str, str] | None = None, seconds: float = 60) -> tuple[int, str]:
    """Runs a command to its end: its exit code, and all that it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POLIER_")}
    try:
        done = subprocess.run(
            command, env=environment | (settings or {}), cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Broken(f"'{' '.join(command)}' still runs after {seconds:g} s") from None
    return done.returncode, done.stdout
