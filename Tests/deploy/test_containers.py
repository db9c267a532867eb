"""The image and the compose file: whole in themselves, and in agreement with the server that they run."""

import pathlib
import re
import subprocess
import unittest

import yaml

from product import BINARY, DEPLOY, ROOT, check_command, check_settings, run, settings, settings_in, version

CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def last_stage():
    return CONTAINERFILE[CONTAINERFILE.rindex("\nFROM "):]


class ImageTests(unittest.TestCase):
    def test_it_has_the_libraries_that_the_server_needs(self):
        needed = re.findall(r"NEEDED\).*\[(.*)\]", run("readelf", "--dynamic", "--wide", BINARY))
        found = dict(re.findall(r"^\s*(\S+) \(.*x86-64.*\) => (\S+)$|", run("/sbin/ldconfig", "-p"), re.M))
        packages = set()
        for name in (name for name in needed if name in found):
            real = pathlib.Path(found[name]).resolve()
            owner = subprocess.run(["dpkg", "-S", f"*/{real.name}"], capture_output=True, text=True).stdout.split(":")[0]
            packages.add(owner.removesuffix("t64"))
        self.assertLessEqual({"libpq5", "libsqlite3-0", "libcurl4", "libhpdf-2.3.0", "libqrencode4", "libxlsxwriter4"}, packages)
        listed = set(re.search(r"no-install-recommends \\\n(.*?)\\\n", last_stage(), re.S).group(1).split())
        # These are in every Debian.
        self.assertLessEqual(packages - {"libc6", "libgcc-s1"}, listed)

    def test_it_runs_without_root_and_shell(self):
        # Any user of group 0 may run it: some clusters choose the user.
        self.assertRegex(last_stage(), r"\nUSER [1-9]\d*:0\n")
        self.assertIn("--group=0 --mode=770 /image/var/lib/polier", CONTAINERFILE)
        for instruction in ["ENTRYPOINT", "CMD"]:
            self.assertRegex(last_stage(), rf'\n{instruction} \["')
        (health,) = re.findall(r"HEALTHCHECK .* CMD (\[.*\])", last_stage())
        program, *arguments = yaml.safe_load(health)
        self.assertEqual(program, "/usr/bin/polier")
        check_command(arguments)

    def test_both_stages_are_of_one_release(self):
        images = re.findall(r"^ARG \w+_IMAGE=(\S+)$", CONTAINERFILE, re.M)
        self.assertEqual([("bookworm" in image) for image in images], [True, True])

    def test_what_it_copies_is_there(self):
        for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINERFILE, re.M):
            for source in sources.split():
                self.assertTrue((ROOT / source).exists(), source)
        for name in re.findall(r"^ENV (\w+)=", CONTAINERFILE, re.M):
            self.assertIn(name, settings())
        self.assertIn(f"VERSION={version()}", CONTAINERFILE)


class ComposeTests(unittest.TestCase):
    def test_what_is_named_is_there(self):
        used = {"secrets": set(), "networks": set(), "volumes": set()}
        for service in SERVICES.values():
            used["secrets"].update(service.get("secrets", []))
            used["networks"].update(service.get("networks", []))
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if not source.startswith("./"):
                    used["volumes"].add(source)
                elif source not in ("./backups", "./polier.env"):
                    self.assertTrue((DEPLOY / "compose" / source).exists(), source)
            self.assertLessEqual(set(service.get("depends_on", {})), SERVICES.keys())
        for kind, names in used.items():
            self.assertEqual(names, COMPOSE[kind].keys())

    def test_the_server_knows_its_settings_and_commands(self):
        for name in ["polier", "migrate", "backup"]:
            service = SERVICES[name]
            self.assertLessEqual(service["environment"].keys(), settings())
            self.assertEqual(service["image"], f"polier:{version()}")
            check_command(service.get("command", ["serve"]))
            self.assertTrue(service["read_only"] and service["cap_drop"] == ["ALL"])
            for key, value in service["environment"].items():
                if key.endswith("_FILE"):
                    self.assertIn(value.removeprefix("/run/secrets/"), service["secrets"])
        self.assertEqual(SERVICES["polier"]["environment"]["POLIER_MIGRATE"], "off")
        self.assertEqual(SERVICES["polier"]["depends_on"]["migrate"]["condition"], "service_completed_successfully")
        self.assertNotIn("owner-url", SERVICES["polier"]["secrets"] + SERVICES["backup"]["secrets"])
        self.assertEqual(SERVICES["polier"]["build"]["args"]["VERSION"], version())
        self.assertTrue((DEPLOY / "compose" / SERVICES["polier"]["build"]["context"] / "deploy/Containerfile").exists())
        check_command(SERVICES["polier"]["healthcheck"]["test"][2:])
        check_settings(DEPLOY / "compose/polier.env.example")

    def test_the_proxy_asks_where_the_server_listens(self):
        caddyfile = DEPLOY / "compose/Caddyfile"
        run("caddy", "validate", "--adapter", "caddyfile", "--config", caddyfile)
        environment = SERVICES["polier"]["environment"]
        self.assertIn(f"reverse_proxy polier:{environment['POLIER_HTTP_PORT']} ", caddyfile.read_text())
        self.assertEqual(environment["POLIER_TRUSTED_PROXIES"], COMPOSE["networks"]["polier"]["ipam"]["config"][0]["subnet"])
        on, _ = settings_in(DEPLOY / "compose/polier.env.example")
        self.assertIn(f"\n{on['POLIER_PUBLIC_URL'].removeprefix('https://')} {{", "\n" + caddyfile.read_text())
