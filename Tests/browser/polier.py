"""A real server on a fresh database of either engine, with the demo company in it."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

BINARY = Path(os.environ["POLIER_TEST_BINARY"])
ENGINES = ["SQLite", "PostgreSQL"]
ADMIN = ("olga@polier.example", "Betreiben mit Umsicht")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`polier serve` in a process of its own; its pages are at `url`."""

    def __init__(self, engine):
        self.folder = Path(tempfile.mkdtemp(prefix="polier-browser-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = self.database_url = None
        if engine == "PostgreSQL":
            self.database = "browser_" + uuid.uuid4().hex
            self._psql(f"CREATE DATABASE {self.database}")
            address = urlsplit(os.environ["POLIER_TEST_POSTGRES_URL"])
            database_url = self.database_url = urlunsplit(address._replace(path="/" + self.database))
        else:
            database_url = f"sqlite:{self.folder}/polier.sqlite"
        self.environment = {
            "PATH": os.environ["PATH"], "POLIER_DATABASE_URL": database_url, "POLIER_HTTP_PORT": str(self.port),
            "POLIER_DRAIN_SECONDS": "0", "POLIER_OPERATOR_NAME": "Beispiel IT GmbH",
            "POLIER_OPERATOR_ADDRESS": "Werkstraße 1a, 50667 Köln", "POLIER_OPERATOR_EMAIL": "hallo@polier.example",
            "POLIER_OPERATOR_DETAILS": "Amtsgericht Köln, HRB 12345",
        }
        if "POLIER_WEB_DIR" in os.environ:
            self.environment["POLIER_WEB_DIR"] = os.environ["POLIER_WEB_DIR"]
        logins = self.run("seed-demo")
        self.password = re.search("password is '([^']+)'", logins)[1]
        self.managers = re.findall(r"(\S+@\S+)  .*, (?:owner|manager)", logins)
        self.workers = re.findall(r"(\S+@\S+)  .*, (?:foreman|worker)", logins)
        self.environment["POLIER_ADMIN_PASSWORD"] = ADMIN[1]
        self.run("create-admin", "--email", ADMIN[0], "--first-name", "Olga", "--last-name", "Weber")
        del self.environment["POLIER_ADMIN_PASSWORD"]
        self.process = None
        self.start()

    def run(self, *arguments):
        return subprocess.run(
            [BINARY, *arguments], cwd=self.folder, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def start(self):
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen([BINARY, "serve"], cwd=self.folder, env=self.environment, stderr=log)
        for _ in range(400):
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not become ready:\n" + self.log())

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def kill(self):
        self.process.kill()
        self.process.wait(20)

    def log(self):
        return (self.folder / "log").read_text()

    def link_in_log(self, address, page="set-password"):
        """The newest link that was mailed to someone."""
        for _ in range(100):
            found = re.findall(r"mail to " + re.escape(address) + r".*?(http\S+/" + page + r"#token=\w+)", self.log(), re.DOTALL)
            if found:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address}:\n{self.log()[-2000:]}")

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        if self.database:
            self._psql(f"DROP DATABASE {self.database} WITH (FORCE)")
        shutil.rmtree(self.folder)

    def forget_confirmations(self):
        """As if every password had been given more than ten minutes ago."""
        self.change("UPDATE sessions SET confirmed_at = 0, factor_shown_at = 0")

    def change(self, statement):
        """Behind the server's back."""
        if self.database_url:
            self._psql(statement, self.database_url)
        else:
            with sqlite3.connect(self.folder / "polier.sqlite", timeout=10) as database:
                database.execute(statement)
            database.close()

    @staticmethod
    def _psql(statement, url=None):
        subprocess.run(
            ["psql", url or os.environ["POLIER_TEST_POSTGRES_URL"], "--quiet", "--command", statement], check=True)


made_materials = []
"""What tests have put on a site, with the client that did: see `conftest.tidy`."""
made_foreign = []
"""Whom tests have made speak another language than German."""


class Client:
    """Someone who asks the API itself, to see what became of what was done in the browser."""

    def __init__(self, server, email, password=None):
        self.server = server
        self.token = None
        answer = self.send("POST", "/auth/signin", {"email": email, "password": password or server.password})
        self.token = answer["accessToken"]
        self.user = answer["user"]
        self.company = f"/companies/{self.user['companyId']}"

    @classmethod
    def anonymous(cls, server, token=None):
        """No one, or the holder of a token that is no session's."""
        client = cls.__new__(cls)
        client.server, client.token = server, token
        return client

    @classmethod
    def found(cls, server, email, password, **fields):
        """Registers a company; returns its founder."""
        cls.anonymous(server).send("POST", "/auth/register", {"email": email, "password": password, **fields})
        return cls(server, email, password)

    def send(self, method, path, body=None):
        request = urllib.request.Request(self.server.url + "/api/v1" + path, method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        data = None
        if body is not None:
            request.add_header("Content-Type", "application/json")
            data = json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=20) as answer:
            text = answer.read()
        result = json.loads(text) if text else None
        if method == "POST" and path.endswith("/materials"):
            made_materials.append((self, f"{path}/{result['id']}"))
        if path == "/users/me" and (body or {}).get("language", "de") != "de":
            made_foreign.append(self)
        return result

    def get(self, path):
        return self.send("GET", path)
