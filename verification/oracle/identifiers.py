"""Compares our verdicts on 100,000 made-up and mutated identifiers with python-stdnum's.

The two must agree on the verdict and on the kind of mistake, except where we differ on purpose. Each such rule stands in
RULES by name; every difference has to be explained by one of them, and each of them has to occur.
"""

import random
import subprocess
import sys
import unicodedata
from pathlib import Path

from stdnum.ec import ci, ruc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError

ROOT = Path(__file__).resolve().parents[2]
COUNT = 100_000
PROVINCES = [*range(1, 25), 30, 50]

# What both implementations take away, or read as the same digit.
SEPARATORS = [" ", "\u00a0", "\u202f", "-", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "\uff0d"]
FULL_WIDTH = str.maketrans("0123456789", "".join(unicodedata.lookup(f"FULLWIDTH DIGIT {name}") for name in (
    "ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")))

# What we accept, and what python-stdnum calls the mistakes that we refuse.
OK, ADVICE = "ok", "advice"
MISTAKES = {
    "empty": InvalidLength,
    "too-short": InvalidLength,
    "too-long": InvalidLength,
    "not-digits": InvalidFormat,
    "province": InvalidComponent,
    "third-digit": InvalidComponent,
    "establishment": InvalidComponent,
    "check-digit": InvalidChecksum,
}


def cedula(rng):
    digits = f"{rng.choice(PROVINCES):02}{rng.randrange(7)}{rng.randrange(10**6):06}"
    return next(digits + str(check) for check in range(10) if ci.is_valid(f"{digits}{check}"))


def modulus_11(digits, weights):
    return (11 - sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11) % 11


def body(rng, third):
    while True:
        province = f"{rng.choice(PROVINCES):02}{third}"
        if third == 6:
            digits = province + f"{rng.randrange(10**5):05}"
            check = modulus_11(digits, (3, 2, 7, 6, 5, 4, 3, 2))
            tail = f"{rng.choice([1, rng.randrange(1, 10**4)]):04}"
        else:
            digits = province + f"{rng.randrange(10**6):06}"
            check = modulus_11(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2))
            tail = f"{rng.choice([1, rng.randrange(1, 10**3)]):03}"
        if check < 10:
            return f"{digits}{check}{tail}"


def mutate(rng, number):
    """A slip of the hand: a digit changed, lost, doubled, swapped with its neighbour, or none of these."""
    at = rng.randrange(len(number))
    match rng.randrange(10):
        case 0:
            return number[:at] + str(rng.randrange(10)) + number[at + 1 :]
        case 1:
            return number[:at] + number[at + 1 :]
        case 2:
            return number[:at] + number[at] + number[at:]
        case 3:
            return number[: at - 1] + number[at : at + 1] + number[at - 1 : at] + number[at + 1 :] if at else number
        case 4:
            return number[:-3] + rng.choice(["000", "000", "001", "999"])
        case 5:
            return number[:at] + rng.choice("OolIxñ#") + number[at + 1 :]
        case _:
            return number


def dress(rng, number):
    """What pasting and typing for the eye add."""
    match rng.randrange(6):
        case 0:
            for _ in range(rng.randrange(1, 4)):
                at = rng.randrange(len(number) + 1)
                number = number[:at] + rng.choice(SEPARATORS) + number[at:]
            return number
        case 1:
            return number.translate(FULL_WIDTH)
        case _:
            return number


def identifiers(rng):
    """Kind, number, and the number as somebody types it."""
    for _ in range(COUNT):
        match rng.randrange(4):
            case 0:
                kind, number = "cedula", mutate(rng, cedula(rng))
            case 1:
                kind, number = "ruc", mutate(rng, cedula(rng) + f"{rng.randrange(1, 1000):03}")
            case 2:
                kind, number = "ruc", mutate(rng, body(rng, 6))
            case 3:
                kind, number = "ruc", mutate(rng, body(rng, 9))
        yield kind, number, dress(rng, number)


def their_verdict(kind, text):
    try:
        (ci if kind == "cedula" else ruc).validate(text)
    except ValidationError as error:
        return type(error)
    return OK


def advisory(kind, number, ours, theirs):
    return kind == "ruc" and number[2] in "69" and ours == ADVICE and theirs is InvalidChecksum


def domestic(kind, number, ours, theirs):
    """Where they see an establishment that cannot be, we see a domestic employer, and judge the cédula."""
    if kind != "ruc" or theirs is not InvalidComponent or len(number) != 13 or number[10:] != "000":
        return False
    return ours == (OK if ci.is_valid(number[:10]) else "check-digit") and number[2] in "0123456"


def four_digits(kind, number, ours, theirs):
    """A public body's establishment has four digits, and a failing check digit does not turn it into a person's."""
    body_of_ten = kind == "ruc" and number[2] == "6" and number[9] != "0" and number[10:] == "000"
    return body_of_ten and ours == ADVICE and theirs is InvalidComponent


def nine_is_private(kind, number, ours, theirs):
    wanted = "establishment" if number[10:] == "000" else ADVICE
    return kind == "ruc" and number[2] == "9" and ours == wanted and theirs == OK


RULES = {
    "a body's check digit is advice, the registry is the authority": advisory,
    "a domestic employer has cédula and 000": domestic,
    "a public body's establishment has four digits, also when its check digit fails": four_digits,
    "a third digit 9 is a private body's, never read as a public body's": nine_is_private,
}


def our_verdicts(asked):
    program = ["cargo", "run", "--quiet", "--package", "clavero-protocol", "--example", "verdicts"]
    lines = "".join(f"{kind} {text}\n" for kind, _, text in asked)
    answers = subprocess.run(program, cwd=ROOT, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
    return answers.splitlines()


def main():
    asked = list(identifiers(random.Random(535)))
    answers = our_verdicts(asked)
    if len(answers) != len(asked):
        print(f"{len(asked)} numbers asked, {len(answers)} answered")
        print(f"0 passed, {len(asked)} failed")
        return 1
    agreed = dict.fromkeys([OK, *MISTAKES], 0)
    differed = dict.fromkeys(RULES, 0)
    failures = []
    for (kind, number, text), ours in zip(asked, answers, strict=True):
        theirs = their_verdict(kind, text)
        if theirs == MISTAKES.get(ours, ours):
            agreed[ours] += 1
        elif rule := next((name for name, holds in RULES.items() if holds(kind, number, ours, theirs)), None):
            differed[rule] += 1
        else:
            failures.append(f"{kind} {text}: we say {ours}, python-stdnum says {getattr(theirs, '__name__', theirs)}")
    passed = sum(agreed.values()) + sum(differed.values())
    failures += [f"never seen: {rule}" for rule, count in differed.items() if not count]
    print("agreed:", ", ".join(f"{count} {verdict}" for verdict, count in agreed.items() if count))
    for rule, count in differed.items():
        print(f"{count} differ on purpose: {rule}")
    print(*failures[:20], sep="\n", end="\n" if failures else "")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
