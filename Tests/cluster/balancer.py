"""haproxy in front of the pods, which asks each of them every second whether to send it requests."""

import csv
import dataclasses
import io
import pathlib
import re
import socket

from programs import Program, expect, free_port, wait_for

SLOTS = 8
"""Places for pods: three, one more while they are replaced, and those that are still finishing."""

# A request goes to another pod only where the first took no connection, so that it can't have begun. That much every
# ingress does by itself; anything beyond would hide what is tested here. A pod is left out after two checks that don't
# say 200: within 2 s, as by the manifests' probe. After SIGTERM pods go on serving for 3 s, in the manifests longer.
CONFIGURATION = """
global
    stats socket {socket} mode 600 level user
    log stdout format raw local0
defaults
    mode http
    log global
    option forwardfor
    option redispatch 1
    retries 2
    retry-on conn-failure
    timeout connect 2s
    timeout check 2s
    timeout client 30s
    timeout server 30s
frontend api
    bind 127.0.0.1:{port}
    http-request capture req.hdr(x-request-id) len 64
    log-format "request %[capture.req.hdr(0)] %s %ST %ts %Tc"
    default_backend pods
backend pods
    balance roundrobin
    option httpchk
    http-check send meth GET uri /readyz
    http-check expect status 200
    default-server check inter 1s fall 2 rise 1
{servers}
"""


@dataclasses.dataclass(frozen=True)
class Passage:
    """What became of one request."""

    slot: str
    status: int
    reached: bool
    """Whether the pod had taken a connection for it."""
    ended_by_pod: bool
    """Whether the pod broke off before the answer was whole."""


class Balancer:
    def __init__(self, folder: pathlib.Path):
        self.port = free_port()
        self.ports = {f"slot{number}": free_port() for number in range(1, SLOTS + 1)}
        self.socket = folder / "haproxy.sock"
        servers = "\n".join(f"    server {slot} 127.0.0.1:{port}" for slot, port in self.ports.items())
        configuration = folder / "haproxy.cfg"
        configuration.write_text(CONFIGURATION.format(socket=self.socket, port=self.port, servers=servers))
        self.program = Program(folder / "haproxy.log", ["haproxy", "-db", "-f", str(configuration)])
        wait_for("haproxy answers", self.socket_answers)
        # It takes each for up until it has asked.
        wait_for("haproxy has seen that no one is there", lambda: not self.up())

    def socket_answers(self) -> bool:
        expect(self.program.runs, f"haproxy ended:\n{self.program.last_words()}")
        try:
            return bool(self.statistics())
        except OSError:
            return False

    def statistics(self) -> list[dict[str, str]]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            connection.sendall(b"show stat\n")
            text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("# "))))
        return [row for row in rows if row["pxname"] == "pods" and row["svname"] in self.ports]

    def up(self) -> set[str]:
        """The slots that requests are sent to."""
        return {row["svname"] for row in self.statistics() if row["status"].startswith("UP")}

    def retries(self) -> int:
        """How often a request went to another pod because the first took no connection."""
        return sum(int(row["wretr"]) + int(row["wredis"]) for row in self.statistics())

    def passage(self, request: str) -> Passage | None:
        line = rf"^request {re.escape(request)} (\S+) (-?\d+) (..) (-?\d+)$"
        found = re.search(line, self.program.text(), re.MULTILINE)
        if not found:
            return None
        slot, status, end, connected = found.groups()
        return Passage(slot, int(status), int(connected) >= 0, end[0] == "S")

    def stop(self) -> None:
        self.program.kill()
