"""A server that sends mail by a stand-in for Mailgun, while people are invited and others ask for things."""

import contextlib
import pathlib
import subprocess
import sys
import threading
from collections.abc import Iterator

from company import API, Company, register
from load import Answers, Effort, answers
from processes import BenchError, Server, polier

FAKE = pathlib.Path(__file__).parent.parent / "Tests" / "ServerTests" / "parts" / "fake_mailgun.py"


class Side:
    """One server, with its own provider."""

    def __init__(self, server: Server, company: Company, heard: pathlib.Path):
        self.server = server
        self.company = company
        self.heard = heard
        self.api = API(server)
        self.api.token = company.token
        self.invited = 0

    def round(self, effort: Effort) -> Answers:
        """Requests for a site, while someone is invited every 50 ms."""
        enough = threading.Event()
        failures: list[Exception] = []

        def invite() -> None:
            try:
                while not enough.wait(0.05):
                    self.invited += 1
                    self.api.post(f"/companies/{self.company.id}/users", {
                        "email": f"person{self.invited}@crew.example", "firstName": "Kai", "lastName": "Roth",
                        "role": "WORKER"})
            except Exception as failure:
                failures.append(failure)

        thread = threading.Thread(target=invite)
        thread.start()
        try:
            result = answers(effort, self.server, self.company.site_path, self.company.token)
        finally:
            enough.set()
            thread.join()
        if failures:
            raise failures[0]
        return result

    @property
    def asked(self) -> int:
        """How often the provider was asked to take a mail."""
        return len(self.heard.read_text().splitlines()) if self.heard.exists() else 0


@contextlib.contextmanager
def sending(folder: pathlib.Path, name: str, database: str, seconds: float) -> Iterator[Side]:
    """- seconds: after which the provider answers."""
    heard = folder / f"{name}.ndjson"
    fake = subprocess.Popen(
        [sys.executable, "-B", str(FAKE), str(heard), "--delay", str(seconds)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = fake.stdout.readline().strip()
        if not port:
            raise BenchError("the stand-in for Mailgun did not start")
        settings = {
            "POLIER_MAILGUN_API_KEY": "key", "POLIER_MAILGUN_DOMAIN": "mg.example.com",
            "POLIER_MAILGUN_BASE_URL": f"http://127.0.0.1:{port}", "POLIER_PUBLIC_URL": "http://127.0.0.1",
            "POLIER_LOG_LEVEL": "error",
        }
        with polier(folder, database, settings=settings) as server:
            yield Side(server, register(server, materials=10), heard)
    finally:
        fake.kill()
        fake.wait()
