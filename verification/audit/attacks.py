#!/usr/bin/env python3
"""Runs whole recoveries, verifies the log with independent code, and then attacks copies of the database in every way that
THREATS know of: each attack has to be found and named.

    attacks.py PROGRAM        ends with "N passed, M failed"
"""

import base64
import hashlib
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import verify
from world import World

HERE = Path(__file__).resolve().parent
RECOVERIES = 24
MUTATIONS = 200
DATABASE = "clavero.db"
# Entries of a tile. There are more than one holds, and fewer than two.
TILE = 256


class Report:
    """Counts what holds, and tells what does not."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, holds, seen=""):
        self.passed, self.failed = self.passed + bool(holds), self.failed + (not holds)
        print(f"{'ok' if holds else 'FAILED':<7}{name}" + ("" if holds else f": {seen}"))


def backup(source, target):
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def ed25519_sign(seed, message):
    """RFC 8032, 5.1.6: for the forger."""
    def encode(point):
        inverse = pow(point[2], verify.P - 2, verify.P)
        x, y = point[0] * inverse % verify.P, point[1] * inverse % verify.P
        return (y | (x & 1) << 255).to_bytes(32, "little")

    def number(*parts):
        return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")

    digest = hashlib.sha512(seed).digest()
    secret = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    public = encode(verify.multiply(secret, verify.BASE))
    nonce = number(digest[32:], message) % verify.Q
    r = encode(verify.multiply(nonce, verify.BASE))
    s = (nonce + number(r, public, message) * secret) % verify.Q
    return public, r + s.to_bytes(32, "little")


def forged(note):
    """The same checkpoint, signed by somebody else under the same name."""
    text = note.partition("\n\n")[0] + "\n"
    name = text.split("\n")[0]
    public, signature = ed25519_sign(b"forger" + bytes(26), text.encode())
    line = base64.b64encode(verify.key_id(name, public) + signature).decode()
    return f"{text}\n\u2014 {name} {line}\n"


def test_vectors(report):
    """The verifier's own signatures against RFC 8032, 7.1 (tests 1 and 3)."""
    for secret, public, message, signature in [
        ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
         "d25bf5f0595bbe24655141438e7a100b"),
        ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
         "4a7c15e9716ed28dc027beceea1ec40a"),
    ]:
        message, signature = bytes.fromhex(message), bytes.fromhex(signature)
        made = ed25519_sign(bytes.fromhex(secret), message)
        report.check(f"RFC 8032 signs {message.hex() or 'nothing'}", made == (bytes.fromhex(public), signature), made)
        report.check("and verifies it", verify.ed25519_verifies(bytes.fromhex(public), message, signature))
        spoilt = signature[:7] + bytes([signature[7] ^ 1]) + signature[8:]
        report.check("and not another", not verify.ed25519_verifies(bytes.fromhex(public), message, spoilt))


def test_proofs(report, world, kept, rng):
    """Exports, inclusion and consistency proofs, verified by code that shares nothing with ours."""
    said = world.printed("audit", "verify")
    size = int(re.search(r"(\d+) entries", said).group(1))
    vkey = re.search(r"verifier key: (\S+)", said).group(1)
    files = {}

    def keep(name, *arguments):
        files[name] = world.folder / name
        files[name].write_text(world.printed("audit", *arguments), encoding="utf-8")

    keep("whole.jsonl", "export")
    keep("open.jsonl", "export", "--open")
    entries = [line for line in files["whole.jsonl"].read_text(encoding="utf-8").splitlines() if '"v":1}' in line][1:-1]
    for number, share in enumerate([(0, 3), (1, 3), (2, 5), (4, 5)]):
        at = [json.loads(entries[len(entries) * place // share[1]])["time"] for place in (share[0], share[0] + 1)
              if place < share[1]]
        moments = [f"{moment // 10**6}.{moment % 10**6:06}" for moment in at]
        limits = [word for name, moment in zip(("--from", "--to"), moments) for word in (name, rfc_3339(moment))]
        keep(f"part-{number}.jsonl", "export", *limits)
    places = sorted({0, 1, size // 2, size - 1, *rng.sample(range(size), min(40, size))})
    for place in places:
        keep(f"entry-{place}.json", "prove", place)
    keep("since.json", "prove", "--since", kept)

    command = [sys.executable, HERE / "verify.py", "--key", vkey, "--kept", kept, *files.values()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report.check(f"{len(files)} exports and proofs verify", done.returncode == 0, done.stdout)
    report.check("personal data are sealed", not re.search(r"\d{13}-", files["whole.jsonl"].read_text(encoding="utf-8")))
    report.check("and open for an operator", re.search(r"\d{13}-", files["open.jsonl"].read_text(encoding="utf-8")))
    refused = world.run("audit", "prove", size)
    report.check("an entry that is not there is not proved", refused[0] == 1 and str(size) in refused[2], refused)
    unchanged = mutate_all(files, vkey, rng)
    report.check(f"no file with a changed byte verifies ({MUTATIONS} tried)", not unchanged, unchanged)
    other = verify.Key(vkey)
    other.public = bytes(32)
    stranger = f"{other.name}+{verify.key_id(other.name, other.public).hex()}+{base64.b64encode(b'%c' % 1 + other.public).decode()}"
    done = subprocess.run([sys.executable, HERE / "verify.py", "--key", stranger, files["whole.jsonl"]],
                          capture_output=True, text=True, check=False)
    report.check("another key verifies nothing", done.returncode == 1 and "not signed by this key" in done.stdout, done.stdout)
    return size


def rfc_3339(moment):
    seconds, micros = moment.split(".")
    done = subprocess.run(["date", "-u", "-d", f"@{seconds}", "+%Y-%m-%dT%H:%M:%S"], capture_output=True, text=True, check=True)
    return f"{done.stdout.strip()}.{micros}Z"


def mutate_all(files, vkey, rng):
    """Changes one byte of what is proved, again and again, and answers which changed file still verified."""
    survived = []
    for _ in range(MUTATIONS):
        name, path = rng.choice(sorted(files.items()))
        lines = path.read_text(encoding="utf-8").split("\n")
        if name.endswith(".jsonl"):
            leaves = [place for place, line in enumerate(lines) if line.startswith('{"act"')]
            place = rng.choice([*leaves, *[len(lines) - 2] * (1 + len(leaves) // 4)])
            lines[place] = spoil(lines[place], rng)
        else:
            lines[0] = spoil(lines[0], rng)
        spoilt = path.with_suffix(".spoilt")
        spoilt.write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape")
        try:
            verify.verify_file(spoilt, vkey)
            survived.append((name, lines))
        except (verify.Wrong, UnicodeDecodeError):
            pass
    return survived


def spoil(line, rng):
    """One byte of an entry; or, of a proof, one byte of a hash, of the entry or of the checkpoint."""
    value = json.loads(line)
    if "kind" not in value:
        place = rng.randrange(len(line))
        return line[:place] + chr(ord(line[place]) ^ rng.choice([1, 2, 4])) + line[place + 1:]
    fields = [name for name in ("proof", "before", "behind", "entry", "checkpoint", "old") if value.get(name)]
    name = rng.choice(fields)
    if isinstance(value[name], list):
        at = rng.randrange(len(value[name]))
        raw = bytearray(base64.b64decode(value[name][at]))
        raw[rng.randrange(32)] ^= 1 << rng.randrange(8)
        value[name][at] = base64.b64encode(raw).decode()
    else:
        text = value[name]
        # The very last characters of a signature's base 64 carry bits that mean nothing.
        place = rng.randrange(len(text) - 4)
        value[name] = text[:place] + chr(ord(text[place]) ^ rng.choice([1, 2, 4])) + text[place + 1:]
    return json.dumps(value)


CUT = "DELETE FROM audit_entry WHERE place >= {cut}; DELETE FROM audit_key WHERE place >= {cut}; " \
      "UPDATE audit_checkpoint SET size = {cut}, note = '{note}'"
REMEMBER = "UPDATE audit_entry SET place = {to} WHERE place = {at}"


def attacks(size, cut, note):
    """Name, what is done to the database, and what has to be said of it."""
    at = size // 2
    swap = [REMEMBER.format(at=at, to=-1), REMEMBER.format(at=at + 2, to=at), REMEMBER.format(at=-1, to=at + 2)]
    close = f"DELETE FROM audit_entry WHERE place = {at}; UPDATE audit_entry SET place = -place WHERE place > {at}; " \
            "UPDATE audit_entry SET place = -place - 1 WHERE place < 0"
    forge = "INSERT INTO audit_entry SELECT {0}, at, replace(line, '\"index\":{1},', '\"index\":{0},') FROM audit_entry " \
            "WHERE place = {1}".format(size, size - 1)
    return [
        ("an entry is rewritten", f"UPDATE audit_entry SET line = replace(line, '\"time\":1', '\"time\":2') WHERE place = {at}",
         rf"entry {at} .*altered"),
        ("an entry is dropped", f"DELETE FROM audit_entry WHERE place = {at}", rf"entry {at} is missing"),
        ("an entry is dropped and the gap closed", close, rf"entry {at} is missing"),
        ("two entries are swapped", "; ".join(swap), rf"entry {at} is not in its place.*{at + 2}.*swapped"),
        ("an entry is appended", forge, rf"entry {size} .*appended"),
        ("the last entries are cut off", f"DELETE FROM audit_entry WHERE place >= {cut}", rf"truncated.*entry {cut} on"),
        ("they are cut off, and an older checkpoint put back", CUT.format(cut=cut, note=note), rf"truncated: {size} entries were signed"),
        ("a stored hash is changed", "UPDATE audit_tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB)",
         r"stored hashes are damaged"),
        ("an entry is taken out while it waits", "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
         r"one entry was taken out"),
    ]


class Scene:
    """A copy of the folder for one attack."""

    def __init__(self, world, parent, name):
        self.world, self.folder = world, parent / re.sub(r"\W+", "-", name)
        self.folder.mkdir()
        for file in (DATABASE, "keys.toml", "checkpoints.log"):
            shutil.copy(world.folder / file, self.folder / file)

    def change(self, sql):
        with closing(sqlite3.connect(self.folder / DATABASE)) as database:
            database.executescript(sql)

    def verdict(self, *arguments):
        return self.world.run("audit", "verify", *arguments, CLAVERO_DATABASE__URL=f"sqlite:{self.folder / DATABASE}",
                              CLAVERO_SECRETS__KEY_FILE=str(self.folder / "keys.toml"))

    def has_to_say(self, report, name, pattern, *arguments):
        code, out, told = self.verdict(*arguments)
        report.check(f"{name}: {told.strip()}", code == 1 and re.search(pattern, told), (code, out, told))


def flip_in_the_file(scene, index):
    """One bit of an entry, in the database's file itself."""
    with closing(sqlite3.connect(scene.folder / DATABASE)) as database:
        line = database.execute("SELECT line FROM audit_entry WHERE place = ?", (index,)).fetchone()[0].encode()
    path = scene.folder / DATABASE
    whole = bytearray(path.read_bytes())
    places = [found.start() for found in re.finditer(re.escape(line), whole)]
    for place in places:
        whole[place + len(line) // 2] ^= 1
    path.write_bytes(whole)
    return len(places)


def rewrite_with_its_hashes(scene, index):
    """An entry, and whatever is stored of its hash: everything but the signature over it."""
    first = index // TILE * TILE
    with closing(sqlite3.connect(scene.folder / DATABASE)) as database, database:
        database.execute("UPDATE audit_entry SET line = replace(line, '\"time\":1', '\"time\":2'), at = at + 1000000000000000 "
                         "WHERE place = ?", (index,))
        lines = database.execute("SELECT line FROM audit_entry WHERE place >= ? AND place < ? ORDER BY place", (first, first + TILE))
        hashes = [verify.leaf_hash(line.encode()) for (line,) in lines]
        put = "UPDATE audit_tile SET hashes = ? WHERE level = ? AND number = 0"
        database.execute(put, (b"".join(hashes), 0))
        while len(hashes) > 1:
            hashes = [verify.node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2])]
        database.execute(put, (hashes[0], 1))


def test_attacks(report, world, size, older, parent):
    with closing(sqlite3.connect(older)) as database:
        cut, cut_note = database.execute("SELECT size, note FROM audit_checkpoint").fetchone()
    with closing(sqlite3.connect(world.folder / DATABASE)) as database:
        note = database.execute("SELECT note FROM audit_checkpoint WHERE size = ?", (size,)).fetchone()[0]
    untouched = Scene(world, parent, "untouched")
    code, out, told = untouched.verdict()
    report.check(f"an untouched copy: {out.splitlines()[0]}", code == 0 and f"{size} entries" in out, told)

    name = "a bit of the file is flipped"
    scene = Scene(world, parent, name)
    report.check("the entry is found in the file", flip_in_the_file(scene, size // 3) == 1)
    scene.has_to_say(report, name, rf"entry {size // 3} .*altered")

    for name, sql, pattern in attacks(size, cut, cut_note):
        scene = Scene(world, parent, name)
        if "waits" in name:
            # A command that writes an entry, with no service there to seal it.
            scene.world.run("import", "employers", world.folder / "employers.csv",
                            CLAVERO_DATABASE__URL=f"sqlite:{scene.folder / DATABASE}",
                            CLAVERO_SECRETS__KEY_FILE=str(scene.folder / "keys.toml"))
        scene.change(sql)
        scene.has_to_say(report, name, pattern)

    name = "an entry is rewritten with every hash above it, and only the signature tells"
    scene = Scene(world, parent, name)
    rewrite_with_its_hashes(scene, TILE // 2)
    (scene.folder / "checkpoints.log").unlink()
    scene.has_to_say(report, name, r"rewritten together")

    name = "an older database is restored"
    scene = Scene(world, parent, name)
    shutil.copy(older, scene.folder / DATABASE)
    scene.has_to_say(report, name, rf"older database.*{size} were signed")
    (scene.folder / "checkpoints.log").rename(scene.folder / "kept-by-the-auditor.log")
    scene.has_to_say(report, "and only the auditor has kept a checkpoint", rf"older database.*{size} were signed",
                     "--checkpoint", scene.folder / "kept-by-the-auditor.log")

    name = "the last checkpoint is signed by another key"
    scene = Scene(world, parent, name)
    scene.change(f"UPDATE audit_checkpoint SET note = '{forged(note)}' WHERE size = {size}")
    scene.has_to_say(report, name, rf"checkpoint of {size} .*another key")

    name = "an auditor is given a forged checkpoint"
    scene = Scene(world, parent, name)
    (scene.folder / "forged.txt").write_text(forged(note), encoding="utf-8")
    scene.has_to_say(report, name, rf"checkpoint of {size} .*another key", "--checkpoint", scene.folder / "forged.txt")

    name = "the signed size is changed"
    scene = Scene(world, parent, name)
    scene.change(f"UPDATE audit_checkpoint SET note = replace(note, '\n{size}\n', '\n{size + 1}\n') WHERE size = {size}")
    scene.has_to_say(report, name, rf"checkpoint of {size} .*altered")


def main():
    program, report, rng = Path(sys.argv[1]).resolve(), Report(), random.Random(20260101)
    with tempfile.TemporaryDirectory() as parent:
        parent = Path(parent)
        folder = parent / "world"
        folder.mkdir()
        world = World(program, folder)
        employers = world.register(3 * RECOVERIES)[:RECOVERIES]
        older, kept = parent / "older.db", parent / "kept.txt"
        done = 0
        for half in (employers[: RECOVERIES // 2], employers[RECOVERIES // 2:]):
            world.start()
            done += sum(world.recover(row) for row in half)
            world.stop()
            if not older.exists():
                backup(folder / DATABASE, older)
                shutil.copy(folder / "checkpoints.log", kept)
        report.check(f"{done} whole recoveries", done == RECOVERIES, done)
        test_vectors(report)
        size = test_proofs(report, world, kept, rng)
        test_attacks(report, world, size, older, parent)
    print(f"{report.passed} passed, {report.failed} failed")
    return 0 if report.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
