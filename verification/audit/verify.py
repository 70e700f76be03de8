#!/usr/bin/env python3
"""Verifies exports and proofs of the audit log without any of Clavero's code.

Written from RFC 9162 (Merkle tree hashing and proofs), RFC 8785 (canonical JSON), RFC 8032 (Ed25519), and C2SP signed-note and
tlog-checkpoint. Needs Python 3.9 or newer and nothing else.

    verify.py --key VKEY export.jsonl proof.json ...     exit 0 when all of them hold, 1 when one does not
    verify.py --key VKEY --kept checkpoint.txt export.jsonl consistency.json
                                                         and the kept checkpoint must be the beginning of the log

VKEY is what the log is verified with (`name+hash+key`): ask for it once, on paper, and keep it. Without --key the key that
stands in the file itself is used, which proves that the file is whole, and not whose it is.
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path


class Wrong(Exception):
    """What does not hold, in words."""


# Ed25519 (RFC 8032, 5.1 and 6)

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_MINUS_1 % P
    if (x * x - x2) % P:
        return None
    return P - x if (x & 1) != sign else x


def add(a, b):
    """Points in extended coordinates (X, Y, Z, T)."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, i, j, f = f - e, h - g, h + g, e + f
    return e * i % P, j * f % P, i * j % P, e * f % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def same_point(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def decompress(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_verifies(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    return same_point(multiply(s, BASE), add(r, multiply(h, a)))


# Signed notes and checkpoints (C2SP)

def decode(text, what):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Wrong(f"{what} is not base 64") from error


def key_id(name, public):
    return hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]


class Key:
    """What verifies the notes of one log."""

    def __init__(self, vkey):
        parts = vkey.strip().split("+", 2)
        if len(parts) != 3:
            raise Wrong("the key is not name+hash+key")
        self.name, found, key = parts[0], parts[1], decode(parts[2], "the key")
        if len(key) != 33 or key[0] != 1 or key_id(self.name, key[1:]).hex() != found:
            raise Wrong("the key is not an Ed25519 key of a signed note")
        self.public = key[1:]

    def open(self, note):
        """The size and root of a checkpoint that this key signed."""
        text, separator, signatures = note.rpartition("\n\n")
        text += "\n"
        if not separator or not signatures.endswith("\n"):
            raise Wrong("a checkpoint is not a signed note")
        for line in signatures.splitlines():
            dash, _, rest = line.partition(" ")
            name, _, signature = rest.partition(" ")
            signature = decode(signature, "a signature")
            if dash != "\u2014" or name != self.name or signature[:4] != key_id(self.name, self.public):
                continue
            if not ed25519_verifies(self.public, text.encode(), signature[4:]):
                raise Wrong("the signature of a checkpoint does not fit its text")
            return self.parse(text)
        raise Wrong("a checkpoint was not signed by this key")

    def parse(self, text):
        lines = text.split("\n")
        if len(lines) < 4 or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:
            raise Wrong("a checkpoint has no origin, size and root")
        if lines[0] != self.name:
            raise Wrong("a checkpoint is of another log")
        root = decode(lines[2], "a root")
        if len(root) != 32:
            raise Wrong("a root has not 32 bytes")
        return int(lines[1]), root


def notes_in(text):
    """The signed notes of a file that has one after another; pieces that are none are passed over."""
    notes, blocks = [], [block for block in text.replace("\n\u2014", "\n\n\u2014").split("\n\n") if block.strip("\n")]
    for body, signatures in zip(blocks, blocks[1:]):
        if not body.lstrip("\n").startswith("\u2014") and signatures.lstrip("\n").startswith("\u2014"):
            notes.append(body.strip("\n") + "\n\n" + signatures.strip("\n") + "\n")
    return notes


# Merkle trees (RFC 9162, 2.1)

def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def hashes_of(texts):
    hashes = [decode(text, "a hash") for text in texts]
    if any(len(found) != 32 for found in hashes):
        raise Wrong("a hash has not 32 bytes")
    return hashes


def verify_inclusion(leaf, index, size, proof, root):
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        raise Wrong(f"entry {index} is not among the {size} of the checkpoint")
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise Wrong("the proof is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn or r != root:
        raise Wrong(f"the proof does not lead from entry {index} to the root of the checkpoint")


def verify_consistency(first, first_root, second, second_root, proof):
    """RFC 9162, 2.1.4.2."""
    if not 0 < first <= second:
        raise Wrong(f"{first} entries cannot be the beginning of {second}")
    if first == second:
        if proof or first_root != second_root:
            raise Wrong("two checkpoints of the same size have different roots")
        return
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        raise Wrong("the proof is too short")
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise Wrong("the proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn or fr != first_root or sr != second_root:
        raise Wrong(f"the log of {first} entries is not the beginning of that of {second}")


class Tree:
    """Whole subtrees from left to right, as (leaves, hash); two of the same size become one."""

    def __init__(self):
        self.size, self.subtrees = 0, []

    def push(self, leaves, subtree):
        self.size += leaves
        while self.subtrees and self.subtrees[-1][0] == leaves:
            leaves, subtree = 2 * leaves, node_hash(self.subtrees.pop()[1], subtree)
        self.subtrees.append((leaves, subtree))

    def fill(self, end, hashes):
        """Up to `end` with the hashes of whole subtrees, each as large as can be at its place."""
        hashes = list(hashes)
        while self.size < end:
            leaves = 1 << ((end - self.size).bit_length() - 1)
            if self.size:
                leaves = min(leaves, self.size & -self.size)
            if not hashes:
                raise Wrong("the export has too few hashes around its entries")
            self.push(leaves, hashes.pop(0))
        if hashes:
            raise Wrong("the export has too many hashes around its entries")

    def root(self):
        if not self.subtrees:
            return hashlib.sha256(b"").digest()
        root = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            root = node_hash(left, root)
        return root


# Entries and the files that they come in

def check_entry(line, index):
    """An entry is canonical JSON (RFC 8785; here: strings and whole numbers only) and names its own place."""
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise Wrong(f"entry {index} is not JSON") from error
    plain = isinstance(entry, dict) and all(type(value) in (str, int) for value in entry.values())
    if not plain or json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")) != line:
        raise Wrong(f"entry {index} is not canonical JSON")
    if entry.get("v") != 1 or entry.get("index") != index:
        raise Wrong(f"the entry at place {index} says that it is number {entry.get('index')}")


class Checked:
    """What was verified: a line for people, and the heads that have to agree with those kept."""

    def __init__(self, said, heads):
        self.said, self.heads = said, heads


def verify_export(lines, key):
    header, proof, index = json.loads(lines[0]), None, None
    tree, start = Tree(), header["from"]
    entries, index = [], start
    for line in lines[1:]:
        if proof is not None:
            raise Wrong("something follows the proof")
        value = json.loads(line)
        kind = value.get("kind")
        if kind == "proof":
            proof = value
        elif kind == "opened":
            if value["index"] != index - 1:
                raise Wrong(f"opened data of entry {value['index']} do not follow it")
        else:
            check_entry(line, index)
            entries.append(leaf_hash(line.encode()))
            index += 1
    if proof is None:
        raise Wrong("the export was cut off: it has no proof at its end")
    if index != header["to"]:
        raise Wrong(f"the export promises entries {start} to {header['to']} and ends before {index}")
    size, root = key.open(proof["checkpoint"])
    tree.fill(start, hashes_of(proof["before"]))
    for entry in entries:
        tree.push(1, entry)
    if tree.size > size:
        raise Wrong("the export has more entries than the checkpoint speaks for")
    tree.fill(size, hashes_of(proof["behind"]))
    if tree.root() != root:
        raise Wrong("the entries are not those that were signed")
    return Checked(f"{len(entries)} entries from {start} on, in a log of {size}", [(size, root)])


def verify_proof(value, key):
    size, root = key.open(value["checkpoint"])
    proof = hashes_of(value["proof"])
    if value["kind"] == "clavero-audit-inclusion":
        index, line = value["index"], value["entry"]
        check_entry(line, index)
        verify_inclusion(leaf_hash(line.encode()), index, size, proof, root)
        return Checked(f"entry {index} is in the log of {size}", [(size, root)])
    if value["kind"] == "clavero-audit-consistency":
        old_size, old_root = key.open(value["old"])
        verify_consistency(old_size, old_root, size, root, proof)
        return Checked(f"the log of {old_size} is the beginning of that of {size}", [(old_size, old_root), (size, root)])
    raise Wrong(f"{value['kind']} is not known here")


def verify_file(path, vkey):
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    if not lines:
        raise Wrong("the file is empty")
    try:
        first = json.loads(lines[0])
        key = Key(vkey or first["vkey"])
        if first["kind"] == "clavero-audit-export":
            return verify_export(lines, key)
        return verify_proof(first, key)
    except (KeyError, TypeError, AttributeError) as error:
        raise Wrong(f"not a file of this log: {error!r}") from error
    except ValueError as error:
        raise Wrong(f"not JSON: {error}") from error


def compare_kept(path, key, heads):
    """Every checkpoint that was kept has to be one of those that the files have proved to belong together."""
    notes = notes_in(Path(path).read_text(encoding="utf-8"))
    if not notes:
        raise Wrong("there is no checkpoint in it")
    size, root = max(key.open(note) for note in notes)
    if (size, root) not in heads:
        known = [known for known, _ in heads if known == size]
        raise Wrong(f"another log had {size} entries" if known else f"no file proves the log of {size} entries")
    return size


def main():
    parser = argparse.ArgumentParser(description="Verifies exports and proofs of the audit log.")
    parser.add_argument("files", nargs="+", help="what `clavero audit export` and `clavero audit prove` wrote")
    parser.add_argument("--key", help="the verifier key, name+hash+key, from somebody you trust")
    parser.add_argument("--kept", help="checkpoints that you kept: the newest has to be proved by the files")
    options = parser.parse_args()
    heads, holds = set(), True
    for path in options.files:
        try:
            checked = verify_file(path, options.key)
            heads.update(checked.heads)
            print(f"ok      {path}: {checked.said}")
        except (Wrong, OSError, UnicodeDecodeError) as wrong:
            holds = False
            print(f"WRONG   {path}: {wrong}")
    if options.kept and holds:
        try:
            vkey = options.key or json.loads(Path(options.files[0]).read_text(encoding="utf-8").split("\n")[0])["vkey"]
            size = compare_kept(options.kept, Key(vkey), heads)
            print(f"ok      {options.kept}: the kept checkpoint of {size} is the beginning of this log")
        except (Wrong, OSError, UnicodeDecodeError) as wrong:
            holds = False
            print(f"WRONG   {options.kept}: {wrong}")
    if not options.key:
        print("note    no --key was given: the files are whole, and whose they are is not known", file=sys.stderr)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
