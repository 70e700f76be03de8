#!/usr/bin/env python3
"""Takes protections away, one at a time, and says whether the tests that should notice do.

    breaks.py [NUMBER...]   the breaks of these numbers (T6, A27), or all of them
    breaks.py --list        only says which there are
    breaks.py --check       only that each stands: its text is in the code once, and its tests exist

What is broken is a copy of this tree in target/breaks, with builds of its own that the next run goes on from. Ends with a line
for each break, and with 1 where one was not noticed.
"""

import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import evidence
import prove

TABLE = "verification/breaks.toml"
COPY = prove.ROOT / "target/breaks"
NUMBERS = [f"T{number}" for number in range(1, 21)]
SEEN, NOT_NOTICED, FAULTY = "seen to fail", "NOT NOTICED", "DOES NOT RUN"


def read(root):
    with (root / TABLE).open("rb") as file:
        return tomllib.load(file)["break"]


def check(root):
    """How many breaks stand, and what is wrong with the others."""
    repository, rows, faults = evidence.Repository(root), read(root), []
    for row in rows:
        wrong = list(faults_of(repository, row))
        faults += [f"{row['number']}: {row['what']}: {fault}" for fault in wrong]
    faults += [f"{number} has no break" for number in NUMBERS if number not in {row["number"] for row in rows}]
    faults += [f"'{what}' stands there twice" for what, times in Counter(row["what"] for row in rows).items() if times > 1]
    return len(rows), faults


def faults_of(repository, row):
    if not re.fullmatch(r"[TA][1-9]\d?", row["number"]):
        yield f"{row['number']} is no number"
    if not row["edit"] or not row["noticed_by"]:
        yield "it changes nothing, or nothing is to notice it"
    for edit in row["edit"]:
        try:
            times = repository.text(edit["path"]).count(edit["old"])
        except evidence.Missing as missing:
            yield str(missing)
            continue
        if times != 1:
            yield f"what it changes stands {times} times in {edit['path']}"
        if edit["old"] == edit["new"]:
            yield f"it changes nothing in {edit['path']}"
    for reference in row["noticed_by"]:
        try:
            if prove.run_of(repository, reference) is None:
                yield f"{reference} is no test"
        except evidence.Missing as missing:
            yield str(missing)


def bring_up_to_date(copy):
    """Writes what differs and nothing else, so that little is compiled anew."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=prove.ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    wanted = {name for name in names if name and (prove.ROOT / name).is_file()}
    for name in wanted:
        write(copy / name, (prove.ROOT / name).read_bytes())
        (copy / name).chmod((prove.ROOT / name).stat().st_mode)
    for folder, folders, files in os.walk(copy):
        folders[:] = [name for name in folders if Path(folder, name) != copy / "target" and name != "node_modules"]
        for path in (Path(folder, name) for name in files):
            if str(path.relative_to(copy)) not in wanted:
                path.unlink()


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != data:
        path.write_bytes(data)


def target(path):
    """The part of a package that holds a test, so that nothing else is linked."""
    if path.startswith("verification/"):
        return ("--test=it",)
    found = re.match(r"[^/]+/[^/]+/tests/(\w+)", path)
    return (f"--test={found[1]}",) if found else ("--lib", "--bins")


def carry_out(copy, references):
    """Runs tests in the copy; gives the outcome of each, and what the failed ones said."""
    repository, outcomes, said = evidence.Repository(copy), {}, ""
    runs = {reference: prove.run_of(repository, reference) for reference in references}
    rust = {reference: run for reference, run in runs.items() if run.runner == "nextest"}
    if rust:
        parts = sorted({part for reference in rust for part in target(reference.partition("#")[0])})
        chosen = " or ".join(f"({run.command})" for run in rust.values())
        command = ["cargo", "nextest", "run", "--locked", "--workspace", *parts, "--no-fail-fast", "-E", chosen]
        _, said = prove.carried_out(command, copy)
        outcomes |= {reference: prove.outcome(prove.nextest_lines(said, run.name)) for reference, run in rust.items()}
    for reference, run in runs.items():
        if run.runner == "script":
            held, told = prove.carried_out(list(run.command), copy)
            # A script that does not come to its closing line has not tested anything.
            closed = re.search(r"^\d+ passed, \d+ failed$", told, re.M)
            outcomes[reference] = prove.outcome([held] if closed else [])
            said += told
        elif run.runner == "node":
            raise evidence.Missing(f"{reference}: nothing says how a browser's test is run here")
    return outcomes, said


def complaint(said):
    """What the first of the failed tests said, in one line."""
    found = re.search(r"panicked at [^\n]*:\n((?:(?! *stack backtrace)[^\n]+\n){1,3})|^FAILED +([^\n]+)", said, re.M)
    return " ".join((found[1] or found[2]).split())[:160] if found else ""


def broken(copy, row):
    """Breaks the copy, runs the tests, mends it. Gives what came of it."""
    paths = {edit["path"] for edit in row["edit"]}
    whole = {path: (copy / path).read_text(encoding="utf-8") for path in paths}
    try:
        for edit in row["edit"]:
            text = (copy / edit["path"]).read_text(encoding="utf-8")
            (copy / edit["path"]).write_text(text.replace(edit["old"], edit["new"]), encoding="utf-8")
        outcomes, said = carry_out(copy, row["noticed_by"])
    finally:
        for path, text in whole.items():
            (copy / path).write_text(text, encoding="utf-8")
    if "NOT RUN" in outcomes.values():
        return FAULTY, ""
    missed = [reference.partition("#")[2] for reference, outcome in outcomes.items() if outcome != "FAILED"]
    return (NOT_NOTICED, "by " + ", ".join(missed)) if missed else (SEEN, complaint(said))


def main(arguments):
    if arguments == ["--check"]:
        count, faults = check(prove.ROOT)
        print(f"{TABLE}: {count} breaks")
        print("".join(f"FAILED {fault}\n" for fault in faults), end="")
        print(f"{int(not faults)} passed, {int(bool(faults))} failed")
        return int(bool(faults))
    rows = read(prove.ROOT)
    if arguments == ["--list"]:
        print("\n".join(f"{row['number']:<4} {row['what']}" for row in rows))
        return 0
    numbers = {prove.canonical(argument) for argument in arguments}
    strange = numbers - {row["number"] for row in rows}
    if strange:
        print(f"breaks.py: there is no break of {', '.join(sorted(strange))}", file=sys.stderr)
        return 2
    rows = [row for row in rows if not numbers or row["number"] in numbers]
    os.environ["CARGO_TARGET_DIR"] = str(COPY / "target")
    bring_up_to_date(COPY)
    outcomes, _ = carry_out(COPY, dict.fromkeys(reference for row in rows for reference in row["noticed_by"]))
    if set(outcomes.values()) != {"holds"}:
        print("\nwithout a break:", *(f"{outcome:<8} {name}" for name, outcome in outcomes.items() if outcome != "holds"), sep="\n")
        return 1
    lines = [(row, *broken(COPY, row)) for row in rows]
    print()
    for row, outcome, why in lines:
        print(f"{row['number']:<4} {outcome}: {row['what']}" + (f"\n       {why}" if why else ""))
    return 0 if all(outcome == SEEN for _, outcome, _ in lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
