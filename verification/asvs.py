#!/usr/bin/env python3
"""The page docs/asvs.md from the table verification/asvs.csv.

    asvs.py                   writes docs/asvs.md

The requirements are those of OWASP ASVS 5.0.0 (CC BY-SA 4.0, OWASP Foundation), word for word: a digest says so.
"""

import csv
import hashlib
import sys
from pathlib import Path

TABLE, PAGE = "verification/asvs.csv", "docs/asvs.md"
MET, NOT_APPLICABLE, NOT_MET = VERDICTS = ("met", "not applicable", "not met")
LEVELS = ("1", "2", "3")
# Of ASVS 5.0.0: each chapter, and how many requirements its sections have.
CHAPTERS = (
    ("Encoding and Sanitization", (2, 10, 12, 3, 3)),
    ("Validation and Business Logic", (3, 3, 5, 2)),
    ("Web Frontend Security", (1, 3, 5, 8, 8, 1, 5)),
    ("API and Web Service", (5, 5, 2, 4)),
    ("File Handling", (1, 6, 3, 3)),
    ("Authentication", (3, 12, 8, 6, 8, 4, 2, 4)),
    ("Session Management", (3, 4, 2, 5, 3, 2)),
    ("Authorization", (4, 4, 3, 2)),
    ("Self-contained Tokens", (3, 4)),
    ("OAuth and OIDC", (2, 3, 5, 16, 5, 2, 3)),
    ("Cryptography", (4, 5, 5, 4, 2, 2, 2)),
    ("Secure Communication", (5, 2, 5)),
    ("Configuration", (4, 6, 4, 7)),
    ("Data Protection", (2, 8, 3)),
    ("Secure Coding and Architecture", (5, 5, 7, 4)),
    ("Security Logging and Error Handling", (1, 5, 4, 3, 4)),
    ("WebRTC", (2, 8, 2)),
)
# SHA-256 over "id TAB level TAB requirement LF" of all 345, in their order.
DIGEST = "b6d8f787ea77fd64e4cb7484755bc06965412dcc755449525abebefa517bd180"

HEAD = """\
# OWASP ASVS 5.0.0, requirement by requirement
`verification/asvs.py` makes this page from `verification/asvs.csv`; `scripts/test evidence` fails when the two differ, or when a
test or a line of code that is named here does not exist.

The requirements are those of the OWASP Application Security Verification Standard 5.0.0, word for word, © OWASP Foundation,
[CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/), from <https://github.com/OWASP/ASVS/tree/v5.0.0>. Verdicts,
evidence and reasons are added by Clavero. This page and its table are therefore under CC BY-SA 4.0 as well, unlike the program.

- **met**: the evidence shows it, a test where there can be one.
- **not applicable**: what the requirement is about does not exist here.
- **not met**: with the reason, and what would change it.

The judgement is ours, of this repository as the example configuration and `docs/operations.md` have it set up; nobody outside
has confirmed it. What an operator adds (proxy, database server, machine) has to be judged there.
"""


def identifiers():
    """The numbers of the 345 requirements."""
    return [
        f"V{chapter}.{section}.{number}"
        for chapter, (_, sections) in enumerate(CHAPTERS, 1)
        for section, count in enumerate(sections, 1)
        for number in range(1, count + 1)
    ]


def chapter_of(row):
    return int(row["id"].split(".")[0].removeprefix("V"))


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def counted(rows):
    """`12 / 0 / 1`: met, not applicable, not met."""
    return " / ".join(str(sum(row["verdict"] == verdict for row in rows)) for verdict in VERDICTS)


def figures(rows):
    yield "Each cell: met / not applicable / not met."
    yield ""
    yield "| chapter | level 1 | level 2 | level 3 | all |"
    yield "|---|---|---|---|---|"
    for number, (name, _) in enumerate(CHAPTERS, 1):
        yield figure(f"V{number} {name}", [row for row in rows if chapter_of(row) == number])
    yield figure("**all**", rows)


def figure(name, rows):
    cells = [counted([row for row in rows if row["level"] == level]) for level in LEVELS]
    return "| " + " | ".join([name, *cells, counted(rows)]) + " |"


def shown(reference):
    """A reference as a link to the file."""
    path, _, name = reference.partition("#")
    return f"[{name.replace('_', ' ') if path.endswith('.md') else f'`{name}`'}](../{path})"


def entry(row):
    says = [f"**{row['verdict']}**"]
    if row["reason"]:
        says.append(cell(row["reason"]))
    if row["change"]:
        says.append(f"*Would change it:* {cell(row['change'])}")
    if row["evidence"]:
        says.append(", ".join(shown(reference) for reference in row["evidence"].split()))
    return f"| {row['id']} | {row['level']} | {cell(row['requirement'])} | {'<br>'.join(says)} |"


def page(rows):
    lines = [HEAD, *figures(rows)]
    lines += ["", "## Not met", "Applicable, and not met by what is in this repository.", ""]
    lines += [f"- {row['id']} (level {row['level']}): {row['reason']}" for row in rows if row["verdict"] == NOT_MET]
    for number, (name, _) in enumerate(CHAPTERS, 1):
        lines += ["", f"## V{number} {name}", "| | level | requirement | here |", "|---|---|---|---|"]
        lines += [entry(row) for row in rows if chapter_of(row) == number]
    return "\n".join(lines) + "\n"


def faults_of_page(root, rows):
    """What is wrong with the requirements' texts, and with the page."""
    faults = []
    told = "".join(f"{row['id']}\t{row['level']}\t{row['requirement']}\n" for row in rows)
    if hashlib.sha256(told.encode()).hexdigest() != DIGEST:
        faults.append(f"{TABLE}: order, levels or requirements are not those of ASVS 5.0.0")
    written = root / PAGE
    if not written.is_file() or written.read_text(encoding="utf-8") != page(rows):
        faults.append(f"{PAGE} is not what the table gives: run verification/asvs.py")
    return faults


def main():
    root = Path(__file__).resolve().parent.parent
    with (root / TABLE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    (root / PAGE).write_text(page(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
