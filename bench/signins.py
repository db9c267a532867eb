"""People who sign in all at once, while others work."""

import http.client
import json
import sqlite3
import threading

from company import PERSON, Company
from crowd import Crowd
from load import Answers, Effort, answers
from processes import BenchError, Server

QUEUED = 45
"""Sign-ins at once. The server lets 50 passwords wait."""


def people(database: str, company: Company) -> list[str]:
    """The addresses of people who sign in with the manager's password. No server may be running."""
    rows = Crowd()
    rows.workers(company, QUEUED)
    rows.write(database)
    with sqlite3.connect(database.removeprefix("sqlite:")) as connection:
        connection.execute(
            "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = ?) WHERE password_hash IS NULL",
            [PERSON["email"]])
    connection.close()
    return [row[2] for row in rows.rows["users"][1]]


class Crush:
    """Everyone signs in again and again, so that as many passwords always wait."""

    def __init__(self, server: Server, emails: list[str]):
        self.server = server
        self.emails = emails

    def round(self, effort: Effort, path: str, token: str) -> Answers:
        """Requests for the path, from the moment on when everyone's password waits."""
        enough = threading.Event()
        sent = threading.Barrier(len(self.emails) + 1)
        failures: list[str] = []

        def sign_in(email: str) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            body = json.dumps({"email": email, "password": PERSON["password"]})
            is_first = True
            while not enough.is_set():
                connection.request("POST", "/api/v1/auth/signin", body, {"Content-Type": "application/json"})
                if is_first:
                    is_first = False
                    sent.wait(60)
                answer = connection.getresponse()
                answer.read()
                # 503: waited for 15 seconds.
                if answer.status not in (200, 503):
                    failures.append(f"{email} signed in and got {answer.status}")
                    break
            connection.close()

        threads = [threading.Thread(target=sign_in, args=[email]) for email in self.emails]
        for thread in threads:
            thread.start()
        try:
            sent.wait(60)
            result = answers(effort, self.server, path, token)
        finally:
            enough.set()
            for thread in threads:
                thread.join()
        if failures:
            raise BenchError(failures[0])
        return result
