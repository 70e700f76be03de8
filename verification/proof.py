#!/usr/bin/env python3
"""Writes docs/proof.md from verification/threats.csv, attacks.csv, pains.csv and breaks.toml.

    proof.py            writes the page
    proof.py --check    only says whether the page is what the tables give
"""

import csv
import sys
from pathlib import Path

import breaks

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/proof.md"

HEAD = """# What was tried, and what came out
For whoever has to answer for running Clavero. Each row is carried out by the tests that it names, against the built program, from outside: HTTP, mail, files, signals.
Who attacks and the arithmetic behind the limits: [threat-model.md](threat-model.md). What is known and not mended: [SECURITY.md](../SECURITY.md#known-limits).
Requirement by requirement: [asvs.md](asvs.md).

**One command runs all of it:** `scripts/prove`; `scripts/prove --long` as often as the long version does; `scripts/prove --list` says what would be run. It ends with one line for each proof, and with 1
where one fails. `scripts/prove T6`, `scripts/prove A27 P7` run the tests of those rows only, and end with a line for each test. The tables behind this page are `verification/threats.csv`, `attacks.csv` and `pains.csv`; `scripts/test evidence` fails where a test that is named here does not exist, is skipped, or is not compiled.

**How to read it.** "What came out" is what the tests assert: were it otherwise, they would fail. That nothing was found is no proof that nothing is there; nobody but the project itself has looked so far.
"""

SEEN_TO_FAIL = """A test that never failed proves nothing. Each row takes one protection away, as a mistake or an attacker would; then each of the tests beside it has to fail.
`scripts/breaks` does it again in a copy of its own, one row after the other, `scripts/breaks T6` those of one number; the changes themselves stand in `verification/breaks.toml`. All were
seen to fail on 22 November 2026: those of T19 and T20 by this command, the others in one build that held them all, each behind a number that a run set, since a build for each costs minutes. Breaks of the
model and of the simulation are another thing ([model.md](model.md), [simulation.md](simulation.md))."""


def rows(name):
    with (ROOT / "verification" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def cell(text):
    return text.replace("|", "\\|")


def shown(evidence):
    links = []
    for reference in evidence.split():
        path, name = reference.split("#")
        links.append(f"[{name.replace('_', ' ')}](../{path})")
    return "<br>".join(links)


def page():
    lines = [HEAD, "## Threats", "| | tried | how often | what came out | shown by |", "|---|---|---|---|---|"]
    threats = rows("threats.csv")
    for row in threats:
        lines.append(f"| **{row['number']}** {cell(row['name'])} | {cell(row['tried'])} | {cell(row['times'])} | {cell(row['outcome'])} | {shown(row['evidence'])} |")
    lines += ["", "## What is not promised"]
    lines += [f"- **{row['number']}** {row['name']}: {row['not_promised']}." for row in threats if row["not_promised"]]
    lines += ["", "## The threats, vector by vector", "What each vector of a longer list was found to do, and how far its figure was reached.", "",
              "| | vector | tried | what came out | not reached | shown by |", "|---|---|---|---|---|---|"]
    vectors = rows("attacks.csv")
    for row in vectors:
        lines.append(f"| **{row['number']}** | {cell(row['name'])} | {cell(row['tried'])} | {cell(row['outcome'])} | {cell(row['not_reached'])} | {shown(row['evidence'])} |")
    lines += ["", "## Seen to fail", SEEN_TO_FAIL, "",
              "| | what no longer holds | which tests fail then |", "|---|---|---|"]
    for row in breaks.read(ROOT):
        lines.append(f"| **{row['number']}** | {cell(row['what'])} | {shown(' '.join(row['noticed_by']))} |")
    lines += ["", "## What hurts people elsewhere", "Collected from public threads of the systems that do this job.", "",
              "| | pain | tried | what came out | shown by |", "|---|---|---|---|---|"]
    for row in rows("pains.csv"):
        lines.append(f"| **{row['number']}** | {cell(row['name'])} | {cell(row['tried'])} | {cell(row['outcome'])} | {shown(row['evidence'])} |")
    return "\n".join(lines) + "\n"


def main():
    if sys.argv[1:] == ["--check"]:
        holds = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
        print("docs/proof.md is what the tables give" if holds else "FAILED docs/proof.md: run verification/proof.py")
        return 0 if holds else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
