"""Compares our verdicts on 100,000 made-up and mutated identifiers with python-stdnum's.

The two must agree, except where we differ on purpose. Each such rule stands below by name, and every difference has to
be explained by exactly one of them.
"""

import collections
import random
import subprocess
import sys
from pathlib import Path

from stdnum.ec import ci, ruc

ROOT = Path(__file__).resolve().parents[2]
COUNT = 100_000


def cedula(rng):
    digits = f"{rng.choice([*range(1, 25), 30, 50]):02}{rng.randrange(7)}{rng.randrange(10**6):06}"
    return next(digits + str(check) for check in range(10) if ci.is_valid(f"{digits}{check}"))


def modulus_11(digits, weights):
    return (11 - sum(int(d) * w for d, w in zip(digits, weights)) % 11) % 11


def body(rng, third):
    while True:
        province = f"{rng.choice([*range(1, 25), 30, 50]):02}{third}"
        if third == 6:
            digits = province + f"{rng.randrange(10**5):05}"
            check = modulus_11(digits, (3, 2, 7, 6, 5, 4, 3, 2))
            tail = f"{rng.randrange(1, 10):04}"
        else:
            digits = province + f"{rng.randrange(10**6):06}"
            check = modulus_11(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2))
            tail = f"{rng.randrange(1, 10):03}"
        if check < 10:
            return f"{digits}{check}{tail}"


def mutate(rng, number):
    """A slip of the hand: a digit changed, lost, doubled, swapped with its neighbour, or none of these."""
    at = rng.randrange(len(number))
    match rng.randrange(8):
        case 0:
            return number[:at] + str(rng.randrange(10)) + number[at + 1 :]
        case 1:
            return number[:at] + number[at + 1 :]
        case 2:
            return number[:at] + number[at] + number[at:]
        case 3:
            return number[: at - 1] + number[at : at + 1] + number[at - 1 : at] + number[at + 1 :] if at else number
        case 4:
            return number[:-3] + rng.choice(["000", "001", "999"])
        case _:
            return number


def identifiers(rng):
    for _ in range(COUNT):
        match rng.randrange(4):
            case 0:
                yield "cedula", mutate(rng, cedula(rng))
            case 1:
                yield "ruc", mutate(rng, cedula(rng) + f"{rng.randrange(1, 1000):03}")
            case 2:
                yield "ruc", mutate(rng, body(rng, 6))
            case 3:
                yield "ruc", mutate(rng, body(rng, 9))


def difference(kind, number, ours, theirs):
    """The name of the rule by which we differ on purpose; None where we do not."""
    if kind == "ruc" and ours == "advice" and not theirs:
        return "a body's check digit is advice, the registry is the authority"
    if kind == "ruc" and ours == "ok" and not theirs and len(number) == 13 and number.endswith("000"):
        return "a domestic employer has cédula and 000"
    if kind == "ruc" and ours == "ok" and not theirs and number[2:3] == "6" and number[-4] != "0":
        return "a person whose cédula has the third digit 6 has a RUC too"
    if kind == "ruc" and ours in ("advice", "establishment") and theirs and number[2] == "9":
        return "a third digit 9 is a private body's, never read as a public body's"
    return None


def main():
    rng = random.Random(535)
    asked = list(identifiers(rng))
    program = ["cargo", "run", "--quiet", "--package", "clavero-protocol", "--example", "verdicts"]
    lines = "".join(f"{kind} {number}\n" for kind, number in asked)
    answers = subprocess.run(program, cwd=ROOT, input=lines, capture_output=True, text=True, check=True).stdout.split("\n")
    agreed, failed, rules = 0, 0, collections.Counter()
    for (kind, number), ours in zip(asked, answers, strict=False):
        theirs = (ci if kind == "cedula" else ruc).is_valid(number)
        if (ours == "ok") == theirs:
            agreed += 1
        elif rule := difference(kind, number, ours, theirs):
            rules[rule] += 1
        else:
            failed += 1
            if failed <= 20:
                print(f"{kind} {number}: we say {ours}, python-stdnum says {'valid' if theirs else 'invalid'}")
    print(f"{agreed} verdicts agree")
    for rule, count in rules.most_common():
        print(f"{count} differ on purpose: {rule}")
    print(f"{agreed + rules.total()} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
