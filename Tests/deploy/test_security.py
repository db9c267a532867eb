"""docs/asvs.md: every requirement of ASVS 5.0, levels 1 and 2, is answered once, by tests that exist or by a reason."""

import collections
import re
import unittest

from product import ROOT

TEXT = (ROOT / "docs/asvs.md").read_text()

# How the requirements of levels 1 and 2 are numbered in ASVS 5.0: the last number of each section, less those of level 3.
LAST = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5,
    "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4,
    "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3,
    "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4,
    "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2}
WANTED = [f"{section}.{number}" for section, last in LAST.items() for number in range(1, last + 1)]


def order(number):
    return tuple(map(int, number.split(".")))


def rows():
    return [line for line in TEXT.splitlines() if re.match(r"\| \d", line)]


class SecurityTests(unittest.TestCase):
    def test_every_requirement_is_answered_once(self):
        self.assertEqual(len(WANTED), 253)
        found = [row.split("|")[1].strip() for row in rows()]
        for line in (line for line in TEXT.splitlines() if not line.startswith("|")):
            for first, last in re.findall(r"(\d+\.\d+\.\d+)(?: to (\d+\.\d+\.\d+))?", line):
                found += [n for n in WANTED if order(first) <= order(n) <= order(last)] if last else [first]
        self.assertEqual([n for n, times in collections.Counter(found).items() if times > 1], [])
        self.assertEqual(sorted(found, key=order), sorted(WANTED, key=order))

    def test_every_row_has_its_answer_and_what_is_not_met_says_so(self):
        self.assertFalse("<!--" in TEXT, "a place still has its mark")
        for row in rows():
            self.assertGreater(len(row.split("|")[3].strip()), 2, row)
        self.assertEqual([row.split("|")[1].strip() for row in rows() if "not met" in row], [])

    def test_every_test_that_is_named_exists(self):
        swift = {}
        for file in (ROOT / "Tests").rglob("*Tests.swift"):
            functions = set(re.findall(r"\bfunc (\w+)\(", file.read_text()))
            for suite in re.findall(r"\b(?:struct|class|enum|extension) (\w+Tests)\b", file.read_text()) + [file.stem]:
                swift.setdefault(suite, set()).update(functions)
        python = {f.stem: set(re.findall(r"\bdef (test_\w+)\(", f.read_text())) for f in (ROOT / "Tests").rglob("test_*.py")}
        named = re.findall(r"`(\w+Tests)\.(\w+)`", TEXT)
        self.assertGreater(len(named), 100)
        for suite, name in named:
            self.assertIn(name, swift.get(suite, ()), suite)
        for file, name in re.findall(r"`(test_\w+)\.(test_\w+)`", TEXT):
            self.assertIn(name, python.get(file, ()), file)
        for name, file in re.findall(r'"([^"]+)"\s+in\s+`(\w+\.test\.mjs)`', TEXT):
            (path,) = (ROOT / "Tests").rglob(file)
            self.assertIn(f'test("{name}"', path.read_text())
