"""The server that deploy/ is compared with: its settings, routes and commands, and running ones."""

import contextlib
import functools
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BINARY = os.environ["POLIER_TEST_BINARY"]
POSTGRES = os.environ["POLIER_TEST_POSTGRES_URL"]


def run(*command, **options):
    """What a program prints. Fails with what it says."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    result = subprocess.run(command, text=True, **pipes | options)
    assert result.returncode == 0, f"{' '.join(map(str, command))}:\n{result.stdout}{result.stderr or ''}"
    return result.stdout


def clean_environment(**more):
    return {name: value for name, value in os.environ.items() if not name.startswith("POLIER_")} | more


# MARK: What the binary knows


@functools.cache
def settings():
    """The names of all settings, and of the files that secrets can come from."""
    table = (ROOT / "Sources/Server/Settings/SettingTable.swift").read_text()
    rows = re.findall(r'= Setting\(\s*"(POLIER_\w+)"(.*?)(?=\n    (?:let|///|static|//) |\Z)', table, re.S)
    return {name for name, _ in rows} | {f"{name}_FILE" for name, row in rows if "isSecret: true" in row}


@functools.cache
def version():
    return re.match(r"polier (\S+) ", run(BINARY, "version")).group(1)


@functools.cache
def paths():
    return set(json.loads(run(BINARY, "openapi"))["paths"])


@functools.cache
def ending_seconds():
    """How long the server takes to end at most, after POLIER_DRAIN_SECONDS."""
    serve = (ROOT / "Sources/Server/Serving/ServerProcess.swift").read_text()
    found = re.search(r"\(grace, cancellation\) = \(Duration\.seconds\((\d+)\), Duration\.seconds\((\d+)\)\)", serve)
    return sum(int(seconds) for seconds in found.groups())


def check_command(arguments):
    """Fails unless the binary knows the command, and the command its options."""
    command, *rest = arguments
    help = run(BINARY, "help", command)
    assert re.search(rf"^USAGE: polier {command}\b", help, re.M), f"there is no command {command}"
    for option in (word for word in rest if word.startswith("--")):
        assert re.search(rf"(^|\s){re.escape(option)}\b", help), f"{command} has no {option}"


def settings_in(path):
    """The settings of a file, and those that are commented out in it."""
    pattern = re.compile(r"^(#?)(POLIER_\w+)=(.*)$", re.M)
    found = pattern.findall(path.read_text())
    return {n: v.strip('"') for off, n, v in found if not off}, {n: v.strip('"') for off, n, v in found if off}


def check_settings(path):
    """Fails unless the binary takes the file as it is, and with everything in it that is commented out."""
    with tempfile.TemporaryDirectory() as folder:
        on, off = settings_in(path)
        everything = on | {name: value or "x" for name, value in off.items()}
        for name in everything:
            assert name in settings(), f"there is no setting {name} (in {path})"
            if name.endswith("_FILE"):
                everything[name] = f"{folder}/{name}"
                secret = "smtps://a:b@localhost" if "SMTP" in name else 64 * "a" if "POLIER_SECRET_KEY" in name else "secret"
                pathlib.Path(everything[name]).write_text(secret + "\n")
        if "POLIER_SECRET_KEY" in everything:
            everything["POLIER_SECRET_KEY"] = 64 * "a"
        if "POLIER_SMTP_URL" in everything:
            everything["POLIER_SMTP_URL"] = "smtps://a:b@localhost"
        lines = "".join(f'{name}="{value}"\n' for name, value in everything.items())
        pathlib.Path(folder, "everything.env").write_text(lines)
        for file in [path, f"{folder}/everything.env"]:
            database = {"POLIER_DATABASE_URL": f"sqlite:{folder}/polier.sqlite", "POLIER_CONFIG": str(file)}
            run(BINARY, "migrate", env=clean_environment(**database))


# MARK: Running servers


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ask(url, body=None):
    request = urllib.request.Request(url, data=None if body is None else json.dumps(body).encode())
    if body is not None:
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


@contextlib.contextmanager
def server(database=None, **more):
    """A server that is ready, as (its address, its metrics' address). On SQLite unless a database is named."""
    with tempfile.TemporaryDirectory() as folder:
        port, metrics = free_port(), free_port()
        environment = clean_environment(
            POLIER_DATABASE_URL=database or f"sqlite:{folder}/polier.sqlite", POLIER_HTTP_PORT=str(port),
            POLIER_METRICS_PORT=str(metrics), POLIER_DRAIN_SECONDS="0", **more)
        with open(f"{folder}/log", "w+") as log:
            process = subprocess.Popen([BINARY, "serve"], env=environment, cwd=folder, stdout=log, stderr=log)
            try:
                address = f"http://127.0.0.1:{port}"
                for _ in range(200):
                    assert process.poll() is None, pathlib.Path(log.name).read_text()
                    try:
                        ask(f"{address}/readyz")
                        break
                    except (urllib.error.URLError, ConnectionError):
                        time.sleep(0.05)
                else:
                    raise AssertionError("the server isn't ready:\n" + pathlib.Path(log.name).read_text())
                yield address, f"http://127.0.0.1:{metrics}/metrics"
            finally:
                process.terminate()
                process.wait(30)


@contextlib.contextmanager
def postgres_database(name):
    """An empty database's URL."""
    run("psql", "--quiet", "--no-psqlrc", "--command", f"CREATE DATABASE {name}", POSTGRES)
    try:
        yield POSTGRES.rpartition("/")[0] + f"/{name}"
    finally:
        run("psql", "--quiet", "--no-psqlrc", "--command", f"DROP DATABASE {name} WITH (FORCE)", POSTGRES)
