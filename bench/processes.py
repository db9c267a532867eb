"""The programs that are measured: started on a free port of 127.0.0.1, and always stopped."""

import http.client
import os
import pathlib
import signal
import socket
import subprocess
import time


class BenchError(Exception):
    """Something that makes the measurement worthless: one sentence."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process that answers HTTP. `command` gets the port as its format argument `{port}`."""

    def __init__(self, folder: pathlib.Path, command: list[str], ready: str, settings: dict[str, str] | None = None):
        self.port = free_port()
        self.ready = ready
        self.log = folder / f"{self.port}.log"
        self.settings = settings or {}
        command = [part.replace("{port}", str(self.port)) for part in command]
        # What is measured is not what someone happens to have set.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("POLIER_")}
        with open(self.log, "wb") as log:
            self.started = time.perf_counter()
            self.process = subprocess.Popen(
                command, env=environment | (settings or {}), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def __enter__(self) -> "Server":
        try:
            self.seconds_to_ready = self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def wait_until_ready(self) -> float:
        """Seconds from the start of the process to the first 200."""
        request = f"GET {self.ready} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        while time.perf_counter() - self.started < 60:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    connection.sendall(request)
                    if connection.recv(1024).split(b" ")[1:2] == [b"200"]:
                        return time.perf_counter() - self.started
            except OSError:
                pass
            if self.process.poll() is not None:
                raise BenchError(f"{self.process.args[0]} ended before it answered:\n{self.last_words()}")
            time.sleep(0.0005)
        raise BenchError(f"{self.process.args[0]} was not ready within a minute:\n{self.last_words()}")

    def stop(self) -> None:
        """By SIGINT, which ends a server without the wait for load balancers."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def megabytes(self, field: str) -> float:
        """A memory figure of /proc/PID/status (VmRSS, VmHWM) in 10^6 bytes."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == field:
                return int(value.split()[0]) * 1024 / 1e6
        raise BenchError(f"/proc shows no {field}")

    def processor_seconds(self) -> float:
        """Processor time of the process and the kernel for it, since the start, in hundredths of a second (proc(5))."""
        # The name in parentheses may hold spaces.
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def fetch(self, path: str, token: str | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            raise BenchError(f"GET {path} answered {answer.status}: {body[:500]!r}")
        return body


def polier(
    folder: pathlib.Path, database_url: str, constant: pathlib.Path | None = None, settings: dict[str, str] | None = None,
    binary: str | None = None
) -> Server:
    command = [binary or os.environ["BENCH_POLIER"], "serve", "--http-port", "{port}"]
    if constant:
        command += ["--bench-constant", str(constant)]
    # By the environment: a command line shows the password to everyone.
    return Server(folder, command, "/readyz", {
        "POLIER_DATABASE_URL": database_url, "POLIER_WRITES_PER_MINUTE": "0"} | (settings or {}))


def node(folder: pathlib.Path, constant: pathlib.Path) -> Server:
    return Server(folder, ["node", str(pathlib.Path(__file__).with_name("constant.mjs")), "{port}", str(constant)], "/")
