"""The documents keep to the code and to each other: links lead somewhere, lists of places name files that hold what they say, every setting
is described, and no sentence is written twice."""

import collections
import fnmatch
import functools
import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


IGNORED = {".build", ".build-fuzz", ".git", ".hypothesis", "__pycache__", "node_modules", "var"}


@functools.cache
def everything():
    found = []
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if name not in IGNORED]
        found += [pathlib.Path(folder, name) for name in files]
    return sorted(found)


def tracked(*patterns):
    """The repository's files, also those that aren't committed yet. A pattern is a folder, or a glob from the root: `*` crosses folders."""
    return [file for file in everything() if any(
        fnmatch.fnmatch(name := str(file.relative_to(ROOT)), pattern) or name.startswith(pattern + "/") for pattern in patterns)]


def pages():
    return tracked("*.md")


def prose(text):
    """Without code, which may hold anything."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return re.sub(r"^ {4}.*$", "", text, flags=re.M)


def anchors(text):
    """The names that a forge gives headings."""
    names = []
    for heading in re.findall(r"^#+ (.+)$", prose(text), re.M):
        heading = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        names.append(name)
    return names


def links(text):
    return re.findall(r"\]\(([^)\s]+)\)", prose(text)) + re.findall(r'(?:src|href)="([^"]+)"', prose(text))


class LinkTests(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        for page in pages():
            for link in links(page.read_text()):
                if re.match(r"[a-z]+:", link):
                    continue
                path, _, anchor = link.partition("#")
                target = (page.parent / path).resolve() if path else page
                with self.subTest(page=str(page.relative_to(ROOT)), link=link):
                    self.assertTrue(target.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(target.read_text()))

    def test_every_page_can_be_reached_from_the_readme(self):
        seen, waiting = set(), [ROOT / "README.md"]
        while waiting:
            page = waiting.pop()
            if page in seen or page.suffix != ".md":
                continue
            seen.add(page)
            paths = [(page.parent / link.partition("#")[0]).resolve() for link in links(page.read_text()) if not re.match(r"[a-z]+:", link)]
            # A link to a folder is one to its README.
            waiting += [path / "README.md" if path.is_dir() and (path / "README.md").exists() else path for path in paths]
        for page in pages():
            if "Tests" not in page.relative_to(ROOT).parts:
                with self.subTest(page=str(page.relative_to(ROOT))):
                    self.assertIn(page, seen)

    def test_files_that_are_named_exist(self):
        """`docs/…`, `scripts/…` and the like in backticks, in documents and in the sources' comments."""
        for page in pages():
            for name in re.findall(r"`((?:docs|scripts|deploy|Sources|Tests|migrations|web|bench)/[\w./+-]*\w)`", prose(page.read_text())):
                with self.subTest(page=str(page.relative_to(ROOT)), name=name):
                    self.assertTrue((ROOT / name).exists() or list(ROOT.glob(name + "*")))
        for file in tracked("Sources", "Tests", "scripts", "deploy", "web", "bench", "Makefile", "Package.swift"):
            if file.suffix in (".png", ".webp", ".ico") or "schemas" in file.parts:
                continue
            for name in re.findall(r"\b(?:docs|deploy|web|Tests)/[\w/-]+\.md\b", file.read_text(errors="replace")):
                with self.subTest(file=str(file.relative_to(ROOT)), name=name):
                    self.assertTrue((ROOT / name).exists())


class ReadmeTests(unittest.TestCase):
    def test_it_is_short_and_shows_the_app(self):
        text = (ROOT / "README.md").read_text()
        self.assertLess(len(text.splitlines()), 150)
        shown = [ROOT / link for link in links(text) if link.startswith("docs/images/")]
        self.assertGreater(len(shown), 0)
        images = tracked("docs/images")
        self.assertEqual(sorted(shown), images)
        self.assertLessEqual(sum(image.stat().st_size for image in images), 300_000)

    def test_make_has_the_verbs_that_documents_name(self):
        verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
        for page in pages():
            for verb in re.findall(r"`make ([a-z-]+)`|^ {4}make ([a-z-]+)$", page.read_text(), re.M):
                with self.subTest(page=str(page.relative_to(ROOT)), verb=verb):
                    self.assertIn("".join(verb), verbs)


class SettingTests(unittest.TestCase):
    def test_every_setting_is_described_and_no_other(self):
        rows = [line for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| POLIER_")]
        described = [name for row in rows for name in re.findall(r"POLIER_[A-Z0-9_]+", row.split("|")[1])]
        self.assertEqual([name for name, times in collections.Counter(described).items() if times > 1], [])
        known = set(re.findall(r'"(POLIER_[A-Z0-9_]+)"', (ROOT / "Sources/Server/Settings/SettingTable.swift").read_text()))
        self.assertEqual(set(described), known)


class ArchitectureTests(unittest.TestCase):
    """The layout in ARCHITECTURE.md is the one on disk."""

    def test_the_layout_is_the_one_on_disk(self):
        text = (ROOT / "ARCHITECTURE.md").read_text()
        layout = text[text.index("## Layout"):text.index("\n## The path of one request")]
        named, parents = set(), {}
        for line in re.findall(r"^ {4}( *\S.*)$", layout, re.M):
            depth = (len(line) - len(line.lstrip())) // 2
            # Several folders may share a line; what follows two blanks or more explains them.
            names = re.split(r"\s{2,}", line.strip())[0].split()
            for name in names:
                if name.endswith("/"):
                    parents[depth] = parents.get(depth - 1, "") + name
                    named.add(parents[depth])
        self.assertGreater(len(named), 30)
        for name in named:
            with self.subTest(name=name):
                self.assertTrue((ROOT / name).is_dir())
        for parent in ["Sources", "Sources/Core", "Sources/Server"]:
            for folder in sorted({parent + "/" + file.relative_to(ROOT / parent).parts[0] for file in tracked(parent + "/*/*")}):
                # The modules that only name a system library stand beside the one that uses them.
                if not re.fullmatch(r"Sources/C[A-Z]\w+|Sources/CZlib", folder):
                    with self.subTest(folder=folder):
                        self.assertIn(folder + "/", named)


class ContributingTests(unittest.TestCase):
    """Each line of a list is "- `path` (`symbol`, `symbol`): what to do": the file is there and holds the symbols."""

    LINE = re.compile(r"^- `([^`]+)`(?: \(((?:`[^`]+`(?:, )?)+)\))?: ", re.M)

    def test_every_place_is_there_and_holds_what_it_should(self):
        text = (ROOT / "CONTRIBUTING.md").read_text()
        sections = re.split(r"^## ", text, flags=re.M)
        lists = {section.splitlines()[0]: section for section in sections if section.startswith("Add a ")}
        self.assertEqual(set(lists), {"Add a field", "Add a noun", "Add a setting", "Add a route"})
        for title, section in lists.items():
            bullets = re.findall(r"^- .*", section, re.M)
            self.assertGreater(len(bullets), 3, title)
            for bullet in bullets:
                with self.subTest(list=title, line=bullet[:90]):
                    place = self.LINE.match(bullet)
                    self.assertIsNotNone(place, "a line begins with a path, and in parentheses what it holds")
                    files = [file for file in ROOT.glob(place[1]) if file.is_file()]
                    self.assertTrue(files, f"there is no {place[1]}")
                    for symbol in re.findall(r"`([^`]+)`", place[2] or ""):
                        self.assertTrue(any(symbol in file.read_text() for file in files), f"no {symbol} in {place[1]}")


class GlossaryTests(unittest.TestCase):
    """A name of the glossary is one that the code, or the German app, has."""

    ROWS = [[cell.strip() for cell in line.split("|")[1:-1]]
            for line in (ROOT / "docs/glossary.md").read_text().splitlines() if line.startswith("| ")][2:]

    def test_names_stand_in_the_code(self):
        sources = "\n".join(file.read_text() for file in tracked("Sources/*.swift", "web/*.js"))
        self.assertGreater(len(self.ROWS), 40)
        for name, _, _, code in self.ROWS:
            for symbol in re.findall(r"`([^`]+)`", code):
                with self.subTest(name=name, symbol=symbol):
                    # A command's words are names of their own.
                    parts = symbol.removeprefix("polier ").split() if symbol.startswith("polier ") else [symbol]
                    self.assertTrue((ROOT / symbol).exists() or symbol == "/problems/CODE" or all(part in sources for part in parts))

    def test_german_names_are_the_apps(self):
        words = "\n".join(file.read_text() for file in tracked("web/words/de*.js")).lower()
        for name, german, _, _ in self.ROWS:
            for word in re.split(r", | \(|\)", german.lower()):
                with self.subTest(name=name, word=word):
                    self.assertIn(word, words)


class WidthTests(unittest.TestCase):
    def test_lines_are_150_characters_wide_at_most(self):
        for page in tracked("*.md"):
            # Tables and code aside.
            text = re.sub(r"^(```.*?^```| {4}.*?$| *\|.*?$)", "", page.read_text(), flags=re.M | re.S)
            wide = [line for line in text.splitlines() if len(line) > 150]
            self.assertEqual(wide, [], page.relative_to(ROOT))


class SentenceTests(unittest.TestCase):
    def test_no_sentence_is_written_twice(self):
        seen = collections.defaultdict(list)
        for page in pages():
            # The lists of places repeat themselves where the same is to be done.
            if page.name in ("CHANGELOG.md", "CONTRIBUTING.md"):
                continue
            text = re.sub(r"^(\||#|<).*$", "", prose(page.read_text()), flags=re.M)
            for paragraph in re.split(r"\n\s*\n|^- ", text, flags=re.M):
                for sentence in re.split(r"(?<=[.:;!?]) ", " ".join(paragraph.split())):
                    if len(sentence) >= 50:
                        seen[sentence].append(str(page.relative_to(ROOT)))
        self.assertEqual({sentence: where for sentence, where in seen.items() if len(where) > 1}, {})


if __name__ == "__main__":
    unittest.main()
