"""The bill of materials: valid, complete, and the same whenever it is made; and packages keep to the versions that are written down."""

import json
import re
import unittest

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from product import BINARY, DEPLOY, ROOT, run, version


class BillTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = run(ROOT / "scripts/sbom", BINARY)
        cls.bill = json.loads(cls.text)
        cls.parts = {part["bom-ref"]: part for part in cls.bill["components"]}

    def test_it_is_cyclonedx(self):
        self.assertIsNone(JsonStrictValidator(SchemaVersion.V1_6).validate_str(self.text))
        self.assertEqual(self.bill["metadata"]["component"]["version"], version())

    def test_every_swift_package_is_there_with_revision_and_licence(self):
        pins = json.loads((ROOT / "Package.resolved").read_text())["pins"]
        swift = {(part["name"], part["version"]): part for part in self.parts.values() if part["purl"].startswith("pkg:swift/")}
        self.assertEqual({(p["location"].removesuffix(".git").split("/")[-1], p["state"]["version"]) for p in pins}, swift.keys())
        for pin in pins:
            part = swift[(pin["location"].removesuffix(".git").split("/")[-1], pin["state"]["version"])]
            self.assertIn(pin["state"]["revision"], part["externalReferences"][0]["comment"])
            self.assertEqual(part["licenses"], [{"license": {"id": "Apache-2.0"}}], part["name"])

    def test_every_library_is_there_with_its_debian_version(self):
        debian = {part["name"]: part for part in self.parts.values() if part["purl"].startswith("pkg:deb/")}
        for name in ["libsqlite3-0", "libpq5", "libcurl4", "libhpdf-2.3.0", "libqrencode4", "libxlsxwriter4", "zlib1g", "libbrotli1", "libssl3"]:
            found = run("dpkg-query", "--show", "--showformat=${Version}\n", name).split()[0]
            self.assertEqual(debian[name]["version"], found)

    def test_every_dependency_leads_somewhere(self):
        known = self.parts.keys() | {self.bill["metadata"]["component"]["bom-ref"]}
        listed = {one["ref"]: set(one["dependsOn"]) for one in self.bill["dependencies"]}
        self.assertEqual(listed.keys(), known)
        self.assertLessEqual(set().union(*listed.values()), known)
        reached, more = set(), {self.bill["metadata"]["component"]["bom-ref"]}
        while more:
            reached |= more
            more = set().union(*(listed[one] for one in more)) - reached
        self.assertEqual({self.parts[one]["name"] for one in known - reached}, set())

    def test_the_same_program_gives_the_same_bytes(self):
        self.assertEqual(run(ROOT / "scripts/sbom", BINARY), self.text)

    def test_versions_are_exact(self):
        named = re.findall(r"\.package\(url: [^,]+, (\w+):", (ROOT / "Package.swift").read_text())
        self.assertEqual((len(named) > 5, set(named)), (True, {"exact"}))
        run(ROOT / "scripts/check-packages")
        lines = dict(line.split() for line in (ROOT / "scripts/package-versions.txt").read_text().splitlines())
        self.assertEqual({p["name"]: p["version"] for p in self.parts.values() if p["purl"].startswith("pkg:swift/")}, lines)

    def test_package_and_image_carry_it(self):
        self.assertIn('scripts/sbom "$binary" >"$documents/sbom.cdx.json"', (ROOT / "scripts/make-deb").read_text())
        self.assertIn("scripts/sbom .build/release/polier >/image/usr/share/doc/polier/sbom.cdx.json", (DEPLOY / "Containerfile").read_text())
