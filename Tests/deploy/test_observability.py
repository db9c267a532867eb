"""The alert rules and the dashboard: they can be read, name metrics that servers have, and fire when they should."""

import json
import re
import tempfile
import time
import unittest

import yaml

from product import DEPLOY, ROOT, ask, paths, postgres_database, run, server

ALERTS = DEPLOY / "observability/alerts.yaml"
DASHBOARD = DEPLOY / "observability/dashboard.json"


def expressions():
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m").replace("$instance", ".*")


def samples(text):
    """The names of the samples, each with the names of its labels."""
    found = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.M):
        found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return found


def exercised(database=None):
    """The samples of a server that has answered, and has tried to send a mail by a relay that is down."""
    mail = {"POLIER_SMTP_URL": "smtp://a:b@127.0.0.1:9", "POLIER_MAIL_FROM": "polier@kern.example",
            "POLIER_PUBLIC_URL": "http://127.0.0.1:8080"}
    with server(database, **mail) as (address, metrics):
        place = {"streetNumber": "1", "street": "Weg", "city": "Köln", "postalCode": "50667", "country": "Deutschland"}
        ask(f"{address}/api/v1/auth/register", {
            "email": "ada@kern.example", "password": "Kelle und Fugbrett", "firstName": "Ada", "lastName": "Kern",
            "companyName": "Fliesen Kern", "address": place})
        ask(f"{address}/api/v1/auth/reset-password", {"email": "ada@kern.example"})
        for _ in range(100):
            text = ask(metrics)
            if "polier_mail_sendings_total" in text:
                return samples(text)
            time.sleep(0.1)
        raise AssertionError("no mail was tried within ten seconds:\n" + text)


class ObservabilityTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sqlite = exercised()
        with postgres_database("observability") as database:
            cls.postgres = exercised(database)

    def test_metrics_and_their_labels_exist(self):
        known = dict(self.sqlite)
        for name, labels in self.postgres.items():
            known[name] = known.get(name, set()) | labels
        for title, expression in expressions():
            names = set(re.findall(r"\b(?:polier|process)_\w+", expression))
            self.assertTrue(names or "up{" in expression, f"{title} asks for nothing")
            for name in names:
                self.assertIn(name, known, title)
            for name, matchers in re.findall(r"\b((?:polier|process)_\w+)\{([^}]*)\}", expression):
                for label in re.findall(r"(\w+)\s*=~?|(\w+)\s*!=", matchers):
                    self.assertIn(label[0] or label[1], known[name] | {"job", "instance"}, title)

    def test_what_both_engines_tell_is_the_same_but_for_their_own(self):
        own = {name for name in self.sqlite.keys() ^ self.postgres.keys()}
        self.assertTrue(all(re.match("polier_(sqlite|postgres)_", name) for name in own), own)

    def test_routes_in_expressions_are_there(self):
        patterns = {p for _, e in expressions() for matcher in re.findall(r'route[!=]~?"([^"]*)"', e) for p in matcher.split("|")}
        for pattern in patterns - {""}:
            self.assertTrue(any(re.fullmatch(pattern, path) for path in paths()), pattern)

    def test_expressions_can_be_read(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            rules = [{"record": f"r{i}", "expr": e} for i, (_, e) in enumerate(expressions())]
            yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}, file)
            file.flush()
            run("promtool", "check", "rules", file.name)
        run("promtool", "check", "rules", "--lint-fatal", ALERTS)

    def test_alerts_fire_when_they_should(self):
        run("promtool", "test", "rules", ROOT / "Tests/deploy/alerts.test.yaml")
        tested = {t["alertname"] for g in yaml.safe_load((ROOT / "Tests/deploy/alerts.test.yaml").read_text())["tests"]
                  for t in g["alert_rule_test"]}
        self.assertEqual(tested, {r["alert"] for g in yaml.safe_load(ALERTS.read_text())["groups"] for r in g["rules"]})

    def test_panels_stand_side_by_side(self):
        panels = json.loads(DASHBOARD.read_text())["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = set()
        for panel in panels:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            self.assertFalse(cells & taken, panel["title"])
            taken |= cells
