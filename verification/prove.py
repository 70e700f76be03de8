#!/usr/bin/env python3
"""Runs the tests that are behind numbers of the tables, and ends with a line for each test.

    prove.py NUMBER...    T6 or T06 a threat, P7 a pain, A27 a vector of the finer list
    prove.py --list       the numbers, and how many tests each has

Ends with 1 where a test failed or did not run: a name that matches nothing proves nothing.
"""

import re
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import evidence

ROOT = Path(__file__).resolve().parent.parent
TABLES = {"T": "verification/threats.csv", "P": "verification/pains.csv", "A": "verification/attacks.csv"}
# What runs a reference: a command, the same for all that one call may run together, and what its line is known by.
Run = namedtuple("Run", "runner command name")
# A whole script is the test: it holds or not.
SCRIPTS = {
    "verification/audit/": "scripts/test-audit",
    "verification/oracle/": "scripts/test-oracle",
    "verification/evidence": "scripts/test-evidence",
    "verification/fuzz/": "scripts/test fuzz",
}


def tables(root):
    return {letter: root / path for letter, path in TABLES.items() if (root / path).is_file()}


def rows(root):
    """Every row of the tables by its number."""
    return {row[""]: row for path in tables(root).values() for row in evidence.read_table(path)}


def canonical(number):
    """T06 and t6 are T6; what is no number stays as it is."""
    found = re.fullmatch(r"([TPA])0*(\d+)", number.upper())
    return found[1] + found[2] if found else number


def package(root, path):
    """The package whose tests a Rust file belongs to: attacks and faults are compiled into the program's."""
    folder = (root / path).parent
    while folder != root and not (folder / "Cargo.toml").is_file():
        folder = folder.parent
    manifest = folder if folder != root else root / "crates/clavero"
    return re.search(r'^name\s*=\s*"([^"]+)"', (manifest / "Cargo.toml").read_text(encoding="utf-8"), re.M)[1]


def titles(text, name):
    """The written titles of a browser test, as patterns: what a template puts in may be anything."""
    for how, _, title, _ in evidence.BROWSER_TEST.findall(text):
        if evidence.plain_title(title) == name.replace("_", " "):
            parts = re.split(r"\$\{[^}]*\}", title.replace("\\", ""))
            yield ".*".join(re.escape(part) for part in parts).replace("\\ ", " ").replace("/", "\\/")


def run_of(repository, reference):
    """How a reference is run; None where it is code."""
    if repository.kind(reference) != evidence.TEST:
        return None
    path, _, name = reference.partition("#")
    for beginning, script in SCRIPTS.items():
        if path.startswith(beginning):
            return Run("script", tuple(script.split()), script)
    if path.endswith(".rs"):
        return Run("nextest", f"package(={package(repository.root, path)}) and test(/(^|::){name}(::|$)/)", name)
    if path.endswith(".js"):
        return Run("node", path.removeprefix("e2e/"), next(titles(repository.text(path), name)))
    if path == "scripts/test":
        part = name.removeprefix("run_")
        return Run("script", ("scripts/test", part), f"scripts/test {part}")
    if path.startswith("scripts/"):
        return Run("script", (path,), path)
    raise evidence.Missing(f"{reference} is a test, and nothing says how it is run")


def runs(root, row):
    """What runs a row, each once."""
    repository = evidence.Repository(root)
    found = (run_of(repository, reference) for reference in row["evidence"].split())
    return list(dict.fromkeys(run for run in found if run))


def carried_out(command, root=ROOT):
    """Runs it with its output shown, and gives whether it succeeded and what it said without colours."""
    print("$", " ".join(command), flush=True)
    said = []
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            said.append(re.sub(r"\x1b\[[0-9;]*m", "", line))
    return process.returncode == 0, "".join(said)


def outcome(lines):
    """Of one test's lines, which say whether they passed: it may run on each engine and in each language."""
    if not lines:
        return "NOT RUN"
    return "holds" if all(lines) else "FAILED"


def nextest_lines(said, name):
    found = re.findall(rf"^\s*(\w+) \[[^\]]*\] (?:\([^)]*\) )?\S+ (?:\S+::)?{re.escape(name)}(?:::\S+)?$", said, re.M)
    return [word == "PASS" for word in found if word not in ("SLOW", "START")]


def node_lines(said, pattern):
    return [mark == "✔" for mark in re.findall(rf"^\s*([✔✖]) {pattern} \(", said, re.M)]


def prove(all_runs):
    """Carries out what is given, each runner as seldom as it can be, and gives the outcome of each."""
    outcomes = {}
    rust = [run for run in all_runs if run.runner == "nextest"]
    if rust:
        chosen = " or ".join(f"({run.command})" for run in rust)
        _, said = carried_out(["cargo", "nextest", "run", "--locked", "--workspace", "--no-fail-fast", "-E", chosen])
        outcomes |= {run: outcome(nextest_lines(said, run.name)) for run in rust}
    for run in all_runs:
        if run.runner == "node":
            chosen = f"--test-name-pattern=/^{run.name}$/"
            _, said = carried_out(["scripts/test-browser", chosen, run.command])
            outcomes[run] = outcome(node_lines(said, run.name))
        elif run.runner == "script":
            held, _ = carried_out(list(run.command))
            outcomes[run] = outcome([held])
    return outcomes


def main(arguments):
    known = rows(ROOT)
    if arguments == ["--list"]:
        for number, row in known.items():
            print(f"{number:<4} {len(runs(ROOT, row)):>3}  {row['name']}")
        return 0
    numbers = list(dict.fromkeys(canonical(argument) for argument in arguments))
    strange = [number for number in numbers if number not in known]
    if strange or not numbers:
        print(f"prove.py: no row of the tables is called {', '.join(strange) or '(nothing)'}", file=sys.stderr)
        return 2
    chosen = {number: runs(ROOT, known[number]) for number in numbers}
    if not all(chosen.values()):
        print(f"prove.py: no test is named by {', '.join(number for number in numbers if not chosen[number])}", file=sys.stderr)
        return 2
    began = time.monotonic()
    outcomes = prove(list(dict.fromkeys(run for row in chosen.values() for run in row)))
    print(f"\n{len(outcomes)} tests in {time.monotonic() - began:.0f} s")
    for number, row in chosen.items():
        for run in row:
            print(f"{number:<4} {outcomes[run]:<8} {run.name.replace('_', ' ').replace(chr(92), '')}")
    return 0 if set(outcomes.values()) == {"holds"} else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
