"""PostgreSQL as compose and the statefulset overlay set it up: TLS for all, a role that serves, and one that owns the schema."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import yaml

from product import BINARY, DEPLOY, ask, clean_environment, free_port, run, server

BINARIES = pathlib.Path(os.environ["POLIER_TEST_PG_BIN"])
USER = os.environ.get("POLIER_TEST_PG_USER", "")
STATEFULSET = DEPLOY / "kubernetes/overlays/statefulset"

POSTGRES = next(o for o in yaml.safe_load_all((STATEFULSET / "postgres.yaml").read_text()) if o["kind"] == "StatefulSet")
(CONTAINER,) = POSTGRES["spec"]["template"]["spec"]["containers"]
COMPOSE = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text())

# For each place: its arguments for PostgreSQL, where it has its secrets, and the folder of its files.
PLACES = {
    "kubernetes": (CONTAINER["args"], "/run/secrets/postgres", STATEFULSET),
    "compose": (COMPOSE["services"]["postgres"]["command"], "/run/secrets", DEPLOY / "compose"),
}


class Database:
    """A PostgreSQL server with the arguments, the access rules and the certificate of a place."""

    def __init__(self, folder, place):
        self.folder, self.port = pathlib.Path(folder), free_port()
        arguments, self.inside, self.files = PLACES[place]
        self.secrets = self.folder / "secrets"
        run(DEPLOY / "make-secrets", self.secrets, self.secrets / "polier")
        # What the container's user reads.
        own = self.folder / "own"
        shutil.copytree(self.secrets / "postgres", own)
        rules = (self.files / "pg_hba.conf").read_text()
        assert "local all postgres peer" in rules
        # The user of this test isn't called postgres.
        (own / "pg_hba.conf").write_text(rules.replace("local all postgres peer", "local all postgres trust"))
        for path in [self.folder, own, *own.iterdir()]:
            if USER:
                shutil.chown(path, USER)
        self.arguments = [a.replace(f"{self.inside}/", f"{own}/").replace("/etc/postgresql/", f"{own}/")
                          for a in arguments if "shared_buffers" not in a]

    def as_server(self, program, *arguments):
        user = ["runuser", "--user", USER, "--"] if USER else []
        command = [*user, str(BINARIES / program), *arguments]
        # Not by a pipe, which the server would keep open.
        with open(self.folder / "log", "a+") as log:
            done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | {"LC_ALL": "C"})
        assert done.returncode == 0, (self.folder / "log").read_text()

    def start(self):
        self.as_server("initdb", "--pgdata", f"{self.folder}/data", "--username=postgres", "--auth=trust", "--no-sync")
        options = [f"-p{self.port}", "-clisten_addresses=127.0.0.1", f"-cunix_socket_directories={self.folder}", "-cfsync=off"]
        self.as_server("pg_ctl", "start", "--wait", "--silent", "--pgdata", f"{self.folder}/data", "--log", f"{self.folder}/server.log",
                       "--options", " ".join(options + self.arguments))

    def stop(self):
        self.as_server("pg_ctl", "stop", "--mode=immediate", "--silent", "--pgdata", f"{self.folder}/data")

    def operator(self, *arguments, **options):
        """By the socket, as 'kubectl exec' does."""
        return run("psql", "--quiet", "--no-psqlrc", "--tuples-only", "--no-align", "--username=postgres", f"--host={self.folder}",
                   f"--port={self.port}", *arguments, **options)

    def make_roles(self):
        script = (self.files / "polier.sql").read_text()
        assert f"\\set secrets {self.inside} \\endif" in script
        self.operator(f"--set=secrets={self.secrets}/postgres", "--file=-", "postgres", input=script)

    def url(self, role, name="polier"):
        """As the secret has it, but that the name 'postgres' means this machine."""
        url = (self.secrets / role / "database-url").read_text().strip()
        return url.replace("@postgres/polier?", f"@postgres:{self.port}/{name}?hostaddr=127.0.0.1&")


@contextlib.contextmanager
def database(place, **files):
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="polier-roles-") as folder:
        made = Database(folder, place)
        made.start()
        try:
            yield made
        finally:
            made.stop()


def polier(*arguments, url, **more):
    return run(BINARY, *arguments, env=clean_environment(POLIER_DATABASE_URL=url, **more))


def refusal(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    assert result.returncode != 0, f"{command} was not refused: {result.stdout}"
    return result.stderr


def psql(url, statement):
    return run("psql", "--quiet", "--no-psqlrc", "--tuples-only", "--no-align", f"--command={statement}", url)


def psql_refusal(url, statement="SELECT 1"):
    return refusal("psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--command={statement}", url)


REGISTRATION = {
    "email": "ada@kern.example", "password": "Kelle und Fugbrett", "firstName": "Ada", "lastName": "Kern", "companyName": "Fliesen Kern",
    "address": {"streetNumber": "1", "street": "Weg", "city": "Köln", "postalCode": "50667", "country": "Deutschland"}}


class RoleTests(unittest.TestCase):
    def test_the_statements_of_the_operators_overlay_make_the_same_roles(self):
        overlay = yaml.safe_load_all((DEPLOY / "kubernetes/overlays/cloudnative-pg/postgres.yaml").read_text())
        initdb = next(o for o in overlay if o["kind"] == "Cluster")["spec"]["bootstrap"]["initdb"]
        with database("kubernetes") as made:
            # What CloudNativePG does before and after them.
            passwords = {role: (made.secrets / "postgres" / name).read_text().strip()
                         for role, name in {initdb["owner"]: "owner-password", "polier": "database-password"}.items()}
            made.operator(f"--command=CREATE ROLE {initdb['owner']} LOGIN PASSWORD '{passwords[initdb['owner']]}'", "postgres")
            made.operator(f"--command=CREATE DATABASE {initdb['database']} OWNER {initdb['owner']} ENCODING 'UTF8' TEMPLATE template0", "postgres")
            for statement in initdb["postInitApplicationSQL"]:
                made.operator("--set=ON_ERROR_STOP=1", f"--command={statement}", initdb["database"])
            made.operator(f"--command=ALTER ROLE polier PASSWORD '{passwords['polier']}'", "postgres")
            serving, owner = made.url("polier"), made.url("owner")
            polier("migrate", url=owner)
            with server(serving, POLIER_MIGRATE="off") as (address, _):
                ask(f"{address}/api/v1/auth/register", REGISTRATION)
            self.assertIn("permission denied for schema public", psql_refusal(serving, "CREATE TABLE extra (id INT)"))
            self.assertIn("must be owner of table users", psql_refusal(serving, "DROP TABLE users"))

    def test_a_new_database_has_tls_and_a_role_that_owns_nothing(self):
        for place in PLACES:
            with self.subTest(place), database(place) as made:
                # As often as one likes.
                made.make_roles()
                made.make_roles()
                serving, owner = made.url("polier"), made.url("owner")
                # The role that serves can't make the schema, and says so.
                self.assertIn("may make no tables in the schema \"public\"", refusal(
                    BINARY, "migrate", env=clean_environment(POLIER_DATABASE_URL=serving)))
                polier("migrate", url=owner)
                for migrate in ["off", "auto"]:
                    with server(serving, POLIER_MIGRATE=migrate) as (address, _):
                        ask(f"{address}/api/v1/auth/register", REGISTRATION | {"email": f"{migrate}@kern.example"})
                self.assertEqual(psql(serving, "SELECT count(*) FROM users").strip(), "2")
                self.assertEqual(psql(serving, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").strip(), "t")
                for change, words in {
                    "CREATE TABLE extra (id INT)": "permission denied for schema public",
                    "CREATE TEMPORARY TABLE extra (id INT)": "permission denied to create temporary tables",
                    "CREATE SCHEMA extra": "permission denied for database",
                    "ALTER TABLE users ADD COLUMN extra INT": "must be owner of table users",
                    "DROP TABLE users": "must be owner of table users",
                    "TRUNCATE users CASCADE": "permission denied for table",
                    "CREATE DATABASE extra": "permission denied to create database",
                    "SET ROLE polier_owner": "permission denied to set role",
                }.items():
                    self.assertIn(words, psql_refusal(serving, change), change)
                owned = "SELECT count(*) FROM pg_class WHERE relowner = 'polier'::regrole"
                self.assertEqual(psql(owner, owned).strip(), "0")
                # A table that a later migration makes is served too.
                psql(owner, "CREATE TABLE later (id INT)")
                psql(serving, "INSERT INTO later VALUES (1); UPDATE later SET id = 2; DELETE FROM later")

    def test_nothing_goes_without_tls_or_to_another_server(self):
        with database("kubernetes") as made:
            made.make_roles()
            polier("migrate", url=made.url("owner"))
            serving = made.url("polier")
            self.assertIn("no encryption", psql_refusal(serving.replace("verify-full", "disable")))
            for wrong, words in {
                serving.replace("@postgres:", "@other:"): "does not match host name",
                serving.replace(str(made.secrets / "polier/database-ca.crt"), str(made.folder / "other.crt")): "certificate verify failed",
            }.items():
                run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
                    "-keyout", made.folder / "other.key", "-out", made.folder / "other.crt")
                self.assertIn(words, psql_refusal(wrong))
                # The server's own client says no as well: it starts, and isn't ready.
                self.assertIn(words, refusal(BINARY, "check", env=clean_environment(POLIER_DATABASE_URL=wrong)))
            # What the probes ask, in a place where only TLS is let in.
            run(BINARIES / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={made.port}", "--username=postgres")

    def test_backups_are_the_servers_and_restoring_is_the_owners(self):
        with database("kubernetes") as made:
            made.make_roles()
            polier("migrate", url=made.url("owner"))
            with server(made.url("polier"), POLIER_MIGRATE="off") as (address, _):
                ask(f"{address}/api/v1/auth/register", REGISTRATION)
            file = f"{made.folder}/polier.backup.gz"
            polier("backup", file, url=made.url("polier"))
            made.operator("--command=ALTER DATABASE polier RENAME TO polier_before", "postgres")
            made.make_roles()
            self.assertIn("GRANT CREATE ON SCHEMA public TO polier", refusal(
                BINARY, "restore", file, env=clean_environment(POLIER_DATABASE_URL=made.url("polier"))))
            polier("restore", file, url=made.url("owner"))
            self.assertEqual(psql(made.url("polier"), "SELECT email FROM users").strip(), "ada@kern.example")
            # A copy is the owner's too.
            made.operator("--command=ALTER DATABASE polier RENAME TO polier_restored", "postgres")
            made.make_roles()
            run(BINARY, "copy", env=clean_environment(POLIER_COPY_FROM=made.url("polier", "polier_before"), POLIER_COPY_TO=made.url("owner")))
            with server(made.url("polier"), POLIER_MIGRATE="off") as (address, _):
                ask(f"{address}/api/v1/auth/signin", {"email": "ada@kern.example", "password": "Kelle und Fugbrett"})

    def test_a_database_from_before_there_were_two_roles_is_taken_over(self):
        with database("kubernetes") as made:
            made.operator("--command=CREATE ROLE polier LOGIN PASSWORD 'before'", "--command=CREATE DATABASE polier OWNER polier ENCODING 'UTF8' TEMPLATE template0", "postgres")
            before = re.sub(r"://polier:[0-9a-f]+@", "://polier:before@", made.url("polier"))
            polier("migrate", url=before)
            made.make_roles()
            self.assertIn("password authentication failed", psql_refusal(before))
            self.assertIn("must be owner", psql_refusal(made.url("polier"), "ALTER TABLE users ADD COLUMN extra INT"))
            psql(made.url("owner"), "ALTER TABLE users ADD COLUMN extra INT")
            with server(made.url("polier"), POLIER_MIGRATE="off") as (address, _):
                ask(f"{address}/api/v1/auth/register", REGISTRATION)

    def test_who_isnt_a_superuser_can_make_the_roles(self):
        with database("kubernetes") as made:
            made.operator("--command=CREATE ROLE provider LOGIN CREATEROLE CREATEDB PASSWORD 'given'", "postgres")
            url = re.sub(r"://polier:[0-9a-f]+@", "://provider:given@", made.url("polier", "postgres"))
            for _ in range(2):
                run("psql", "--quiet", "--no-psqlrc", f"--set=secrets={made.secrets}/postgres", "--file=-", url,
                    input=(STATEFULSET / "polier.sql").read_text())
            polier("migrate", url=made.url("owner"))
            with server(made.url("polier"), POLIER_MIGRATE="off") as (address, _):
                ask(f"{address}/api/v1/auth/register", REGISTRATION)


class SecretTests(unittest.TestCase):
    def test_what_is_there_stays_and_what_is_deleted_comes_anew(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder, "secrets")

            def make():
                run(DEPLOY / "make-secrets", folder, "/run/secrets/polier")
                return {str(f.relative_to(folder)): f.read_text() for f in folder.rglob("*") if f.is_file()}

            first = make()
            self.assertEqual(make(), first)
            (folder / "postgres/database-password").unlink()
            (folder / "postgres/server.crt").unlink()
            second = make()
            self.assertEqual({name for name in first if first[name] != second[name]}, {
                "postgres/database-password", "polier/database-url", "postgres/server.crt", "postgres/server.key", "ca/ca.srl"})
            run("openssl", "verify", "-CAfile", folder / "ca/ca.crt", "-purpose", "sslserver", folder / "postgres/server.crt")
            self.assertEqual(folder.stat().st_mode & 0o777, 0o700)
            self.assertEqual({f.stat().st_mode & 0o077 for f in [folder / "ca/ca.key", folder / "postgres/server.key"]}, {0})
            self.assertEqual(second["polier/database-ca.crt"], second["ca/ca.crt"])

    def test_every_secret_that_is_named_is_made(self):
        with tempfile.TemporaryDirectory() as folder:
            run(DEPLOY / "make-secrets", folder, "/run/secrets")
            for secret in COMPOSE["secrets"].values():
                self.assertTrue(pathlib.Path(folder, secret["file"].removeprefix("secrets/")).is_file(), secret)
        for argument, path in [("ssl_cert_file", "server.crt"), ("ssl_key_file", "server.key")]:
            for arguments, place, _ in PLACES.values():
                self.assertIn(f"-c{argument}={place}/{path}", arguments)
        self.assertEqual(*[(files / "polier.sql").read_text().split("\n\n", 1)[1].replace(inside, "") for _, inside, files in PLACES.values()])
