#!/usr/bin/env python3
"""Holds the tables of what is claimed against the repository: each row has evidence, and what it names is there.

    evidence.py [ROOT]        ends with "N passed, M failed", a table each

Tables are CSV (RFC 4180) with a header; the first column is the number of a row. The column `evidence` holds references
`path#name`, separated by one space. The path is one in the repository, and the name is, by the kind of file:

    .rs                a test, or something that is defined there (fn, struct, enum, const, static, trait, mod, type, macro)
    .js in e2e/tests   the title of a test, `_` for a space, without what a template puts in
    .py                a function or a class
    .md                a heading, `_` for a space
    any other          a text that occurs there, `_` for a space

A test that is ignored, skipped or in a file that no module takes in is no evidence, and neither is a function beside the
tests that is none. A threat and a pain need one test at least, an ASVS requirement that is met needs evidence of any kind.
"""

import csv
import re
import sys
from pathlib import Path

import asvs

TEST, CODE = "test", "code"
TARGET_FOLDERS = {"tests", "examples", "benches", "bin", "fuzz_targets"}
DEFINITION = r"^\s*(?:pub(?:\([^)]*\))?\s+)?(?:(?:const|async|unsafe|extern\s+\"C\")\s+)*{kinds}\s+(?:mut\s+)?{name}\b"
RUST_KINDS = r"(?:fn|struct|enum|const|static|trait|mod|type|macro_rules!)"
RUST_TEST = re.compile(r"#\[(?:\w+::)*(?:test|rstest|test_case)\b")
RUST_IGNORED = re.compile(r"\bignore\b")
BROWSER_TEST = re.compile(r"""\b(?:test|it)(\.\w+)?\(\s*(['"`])((?:\\.|(?!\2).)*)\2(\s*,\s*\{[^}]*\})?""", re.S)
PYTHON_SKIPPED = re.compile(r"^\s*@.*\bskip", re.M)


class Missing(Exception):
    """Why a reference is no evidence."""


def read_table(path):
    """The rows as dictionaries; the first column also stands under the key ''."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        number = reader.fieldnames[0]
        rows = [{"": row[number], **row} for row in reader]
    if "evidence" not in reader.fieldnames:
        raise Missing("has no column called evidence")
    for row in rows:
        if None in row or None in row.values():
            raise Missing(f"row {row['']} has another number of columns than the header")
    return rows


class Repository:
    """What the references are looked up in."""

    def __init__(self, root):
        self.root = root
        self.texts = {}

    def text(self, path):
        if path not in self.texts:
            found = self.root / path
            if ".." in Path(path).parts or not found.is_file():
                raise Missing(f"there is no file {path}")
            self.texts[path] = found.read_text(encoding="utf-8")
        return self.texts[path]

    def kind(self, reference):
        """TEST or CODE; raises what is wrong with the reference."""
        path, separator, name = reference.partition("#")
        if not separator or not name:
            raise Missing(f"{reference} names no test or symbol: path#name")
        text = self.text(path)
        if path.endswith(".rs"):
            return self.rust(path, text, name)
        if path.endswith(".js") and path.startswith("e2e/tests/"):
            return browser(path, text, name)
        if path.endswith(".py"):
            return python(path, text, name)
        spoken = name.replace("_", " ")
        if path.endswith(".md"):
            headings = re.findall(r"^#+\s+(.*?)\s*$", text, re.M)
            if spoken not in (heading.replace("_", " ") for heading in headings):
                raise Missing(f"{path} has no heading '{spoken}'")
            return CODE
        if spoken not in text.replace("_", " "):
            raise Missing(f"{path} does not say '{name}'")
        return TEST if path.startswith("scripts/") else CODE

    def rust(self, path, text, name):
        if name == "fuzz_target" and re.search(r"^\s*fuzz_target!", text, re.M):
            return TEST
        found = re.search(DEFINITION.format(kinds=RUST_KINDS, name=re.escape(name)), text, re.M)
        if not found:
            raise Missing(f"{path} defines no {name}")
        function = re.search(DEFINITION.format(kinds="fn", name=re.escape(name)), text, re.M)
        attributes = before(text, function.start()) if function else ""
        if RUST_TEST.search(attributes):
            if RUST_IGNORED.search(attributes):
                raise Missing(f"{path}#{name} is ignored")
            self.taken_in(path)
            return TEST
        if function and "tests" in Path(path).parts[:-1]:
            if not self.listed(path, name):
                raise Missing(f"{path}#{name} stands beside tests and is none")
            self.taken_in(path)
            return TEST
        return CODE

    def listed(self, path, name):
        """Whether a macro next to the file makes tests of a list that the function is in."""
        beside = (self.root / path).parent
        files = [*beside.glob("*.rs"), *beside.parent.glob("*.rs")]
        texts = [self.text(str(file.relative_to(self.root))) for file in files]
        return any("#[tokio::test" in text and re.search(rf"^\s+{name},$", text, re.M) for text in texts)

    def taken_in(self, path):
        """A Rust file that no module declares is not compiled, and its tests never run."""
        file = Path(path)
        if file.stem in ("main", "lib") or file.parent.name in TARGET_FOLDERS:
            return
        stem, folder = (file.parent.name, file.parent.parent) if file.stem == "mod" else (file.stem, file.parent)
        candidates = [*(self.root / folder).glob("*.rs"), self.root / folder.with_suffix(".rs")]
        for candidate in candidates:
            if candidate.is_file() and re.search(rf"^\s*(?:pub(?:\(\w+\))?\s+)?mod {stem}\s*[;{{]",
                                                 candidate.read_text(encoding="utf-8"), re.M):
                return
        mounted = f"{file.name}\"]" if file.stem != "mod" else f"{file.parent.name}/{file.name}\"]"
        for other in self.root.glob("crates/**/*.rs"):
            if any("#[path" in line and mounted in line for line in other.read_text(encoding="utf-8").splitlines()):
                return
        raise Missing(f"{path} is in no module, its tests do not run")


def before(text, position):
    """The attributes and comments that stand right above a position."""
    lines, depth = [], 0
    for line in reversed(text[:position].rstrip("\n").split("\n")):
        stripped = line.strip()
        depth += stripped.count("]") - stripped.count("[")
        if not stripped.startswith(("#[", "//", "$(#[")) and depth <= 0:
            break
        lines.append("" if stripped.startswith("//") else stripped)
    return "\n".join(reversed(lines))


def plain_title(title):
    """The title of a browser test without what a template puts in."""
    return re.sub(r"\(\)", "", re.sub(r"\$\{[^}]*\}", "", title.replace("\\", ""))).replace("_", " ").strip()


def browser(path, text, name):
    wanted = name.replace("_", " ")
    for how, _, title, options in BROWSER_TEST.findall(text):
        if plain_title(title) == wanted:
            if how or re.search(r"\b(?:skip|todo)\b", options):
                raise Missing(f"{path}#{name} is skipped")
            return TEST
    raise Missing(f"{path} has no test '{wanted}'")


def python(path, text, name):
    found = re.search(rf"((?:^[ \t]*@.*\n)*)^[ \t]*(?:async )?(?:def|class) {re.escape(name)}\b", text, re.M)
    if not found:
        raise Missing(f"{path} defines no {name}")
    if PYTHON_SKIPPED.search(found[1]):
        raise Missing(f"{path}#{name} is skipped")
    return TEST


def look_up(repository, row):
    """The kinds of a row's evidence, and what is wrong with it."""
    kinds, faults = [], []
    for reference in row["evidence"].split():
        try:
            kinds.append(repository.kind(reference))
        except Missing as missing:
            faults.append(str(missing))
    return kinds, faults


def tested(repository, row):
    """A threat or a pain: what is promised is shown by a test."""
    kinds, faults = look_up(repository, row)
    if TEST not in kinds and not faults:
        faults.append("no test is named")
    return faults


def judged(repository, row):
    """An ASVS requirement: the verdict says what has to be there."""
    kinds, faults = look_up(repository, row)
    if row["verdict"] == "met":
        if not kinds and not faults:
            faults.append("is met, and nothing is named that shows it")
    elif row["verdict"] not in asvs.VERDICTS:
        faults.append(f"'{row['verdict']}' is no verdict: {', '.join(asvs.VERDICTS)}")
    elif not row["reason"].strip():
        faults.append(f"is {row['verdict']} and says no reason")
    if (row["verdict"] == "not met") != bool(row["change"].strip()):
        faults.append("what would change it is said where it is not met, and only there")
    return faults


# Table, the numbers it has to hold, how a row is judged.
TABLES = (
    ("verification/asvs.csv", asvs.identifiers(), judged),
    ("verification/threats.csv", [f"T{number}" for number in range(1, 21)], tested),
    ("verification/attacks.csv", [f"A{number}" for number in range(1, 43)], tested),
    ("verification/pains.csv", [f"P{number}" for number in range(1, 26)], tested),
)


def examine(root, path, numbers, judge):
    """The faults of a table, and how many of its rows stand."""
    try:
        rows = read_table(root / path)
    except (Missing, csv.Error, UnicodeDecodeError) as error:
        return 0, [f"{path}: {error}"]
    repository, faults, passed = Repository(root), [], 0
    held = [row[""] for row in rows]
    faults += [f"{path}: {number} is missing" for number in numbers if number not in held]
    faults += [f"{path}: {number} is no number of this table" for number in held if number not in numbers]
    faults += [f"{path}: {number} stands there twice" for number in sorted(set(held)) if held.count(number) > 1]
    for row in rows:
        wrong = judge(repository, row)
        faults += [f"{path}: {row['']}: {fault}" for fault in wrong]
        passed += not wrong
    return passed, faults


def check(root, tables=TABLES):
    """Prints what is wrong, and gives how many tables stand and how many do not."""
    passed = failed = 0
    for path, numbers, judge in tables:
        if not (root / path).exists():
            print(f"{path}: not there")
            continue
        stand, wrong = examine(root, path, numbers, judge)
        if path == asvs.TABLE and not wrong:
            wrong = asvs.faults_of_page(root, read_table(root / path))
        print(f"{path}: {stand} rows stand")
        for fault in wrong:
            print(f"FAILED {fault}")
        passed, failed = passed + (not wrong), failed + bool(wrong)
    return passed, failed


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    passed, failed = check(root)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
