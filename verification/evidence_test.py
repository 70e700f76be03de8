#!/usr/bin/env python3
"""That the checker of the tables can fail: small repositories with one thing wrong in each.

    evidence_test.py          ends with "N passed, M failed"
"""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

import asvs
import breaks
import evidence
import prove

FILES = {
    "crates/lock/src/lib.rs": "mod door;\npub(crate) struct Bolt;\npub async fn turn() {}\n",
    "crates/lock/src/door.rs": """
        #[cfg(test)]
        mod tests {
            #[test]
            fn it_shuts() {}

            #[test]
            #[ignore = "slow"]
            fn it_waits() {}

            // #[test]
            fn a_door() {}
        }
    """,
    "crates/lock/src/orphan.rs": "#[test]\nfn nobody_runs_it() {}\n",
    "crates/lock/tests/it/main.rs": """
        mod suite;
        macro_rules! engines { ($name:ident) => { #[tokio::test] async fn $name() { suite::$name().await } } }
        engines! {
            a_listed_one,
        }
        #[tokio::test(flavor = "multi_thread")]
        #[expect(
            clippy::expect_used,
            reason = "says where"
        )]
        async fn many_at_once() {}
    """,
    "crates/lock/tests/it/suite.rs": "pub(crate) async fn a_listed_one() {}\npub(crate) fn beside() {}\n",
    "verification/attacks/t01.rs": "proptest! {\n    #[test]\n    fn no_guess_passes(x in 0..9) {}\n}\n",
    "verification/attacks/mod.rs": "mod t01;\n",
    "verification/world.py": "class World:\n    def start(self):\n        pass\n\n@unittest.skip('later')\ndef late():\n    pass\n",
    "e2e/tests/door.test.js": """
        test(`it opens${where} (${language})`, () => set.walk());
        test.skip('it creaks', () => {});
        test('it sticks', { todo: true }, () => {});
    """,
    "crates/lock/Cargo.toml": "[package]\nname = \"a-lock\"\n",
    "crates/clavero/Cargo.toml": "[package]\nname = \"the-program\"\n",
    "docs/policy.md": "# Policy\n## Whose key\nText.\n",
    "deny.toml": "unknown-git = \"deny\"\n",
    "scripts/lint": "exec clippy\n",
}
GOOD = (
    ("crates/lock/src/lib.rs#Bolt", evidence.CODE),
    ("crates/lock/src/lib.rs#turn", evidence.CODE),
    ("crates/lock/src/door.rs#it_shuts", evidence.TEST),
    ("crates/lock/tests/it/main.rs#many_at_once", evidence.TEST),
    ("crates/lock/tests/it/suite.rs#a_listed_one", evidence.TEST),
    ("verification/attacks/t01.rs#no_guess_passes", evidence.TEST),
    ("verification/world.py#start", evidence.TEST),
    ("e2e/tests/door.test.js#it_opens", evidence.TEST),
    ("docs/policy.md#Whose_key", evidence.CODE),
    ("deny.toml#unknown-git_=", evidence.CODE),
    ("scripts/lint#clippy", evidence.TEST),
)
BAD = (
    ("crates/lock/src/gone.rs#Bolt", "no file"),
    ("../lock.rs#Bolt", "no file"),
    ("crates/lock/src/lib.rs", "names no test or symbol"),
    ("crates/lock/src/lib.rs#Bol", "defines no Bol"),
    ("crates/lock/src/door.rs#it_waits", "is ignored"),
    ("crates/lock/src/orphan.rs#nobody_runs_it", "in no module"),
    ("crates/lock/tests/it/suite.rs#beside", "is none"),
    ("verification/world.py#stop", "defines no stop"),
    ("verification/world.py#late", "is skipped"),
    ("e2e/tests/door.test.js#it_closes", "has no test"),
    ("e2e/tests/door.test.js#it_creaks", "is skipped"),
    ("e2e/tests/door.test.js#it_sticks", "is skipped"),
    ("docs/policy.md#Text.", "has no heading"),
    ("deny.toml#unknown-registry", "does not say"),
)


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for path, text in FILES.items():
            self.write(path, text)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")


class Tables(Folder):
    def faults(self, lines, numbers=("T1", "T2"), judge=evidence.tested):
        """What is said of a table of these lines."""
        self.write("table.csv", "\n".join(lines) + "\n")
        return evidence.examine(self.root, "table.csv", numbers, judge)[1]

    def test_what_is_there_is_found(self):
        repository = evidence.Repository(self.root)
        for reference, kind in GOOD:
            with self.subTest(reference):
                self.assertEqual(repository.kind(reference), kind)

    def test_what_is_not_there_is_told(self):
        for reference, why in BAD:
            with self.subTest(reference):
                self.assertRaisesRegex(evidence.Missing, why, evidence.Repository(self.root).kind, reference)

    def test_a_whole_table_stands(self):
        test = GOOD[2][0]
        self.assertEqual(self.faults(["threat,evidence", f"T1,{test}", f"T2,{GOOD[0][0]} {test}"]), [])

    def test_numbers_that_are_missing_double_or_strange_are_told(self):
        test = GOOD[2][0]
        for numbers, why in ((["T1"], "T2 is missing"), (["T1", "T2", "T2"], "T2 stands there twice"),
                             (["T1", "T2", "T3"], "T3 is no number")):
            with self.subTest(why):
                faults = self.faults(["threat,evidence", *(f"{number},{test}" for number in numbers)])
                self.assertRegex("\n".join(faults), why)
                self.assertEqual(len(faults), 1)

    def test_a_row_without_a_test_is_told(self):
        test = GOOD[2][0]
        for missing in ("", GOOD[0][0]):
            self.assertRegex(self.faults(["threat,evidence", f"T1,{missing}", f"T2,{test}"])[0], "no test is named")

    def test_a_table_that_is_none_is_told(self):
        self.assertRegex(self.faults(["threat,shown_by", "T1,x"])[0], "no column called evidence")
        self.assertRegex(self.faults(["threat,evidence", "T1,x,y"])[0], "another number of columns")

    def test_each_verdict_says_what_it_has_to(self):
        shown = GOOD[0][0]
        for row, why in (
            (f"met,{shown},,", None),
            ("met,,because,", "nothing is named"),
            ("not applicable,,no files are taken,", None),
            ("not applicable,,,", "says no reason"),
            ("not met,,the way is the institution's,another factor", None),
            ("not met,,the way is the institution's,", "what would change it"),
            (f"met,{shown},,another factor", "what would change it"),
            (f"nearly,{shown},,", "is no verdict"),
        ):
            with self.subTest(row):
                faults = self.faults(["id,verdict,evidence,reason,change", f"V1.1.1,{row}"], ["V1.1.1"], evidence.judged)
                self.assertRegex("\n".join(faults), why) if why else self.assertEqual(faults, [])

    def test_a_fault_is_counted_and_an_absent_table_is_none(self):
        tables = (("table.csv", ["T1"], evidence.tested), ("later.csv", ["T1"], evidence.tested))
        self.write("table.csv", "threat,evidence\nT1,crates/lock/src/gone.rs#Bolt\n")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(evidence.check(self.root, tables), (0, 1))
        self.assertIn("FAILED table.csv: T1: there is no file", printed.getvalue())
        self.assertIn("later.csv: not there", printed.getvalue())


class Numbers(Folder):
    """What is run by a number of a table, and what is made of what the runners print."""

    def run_of(self, reference):
        return prove.run_of(evidence.Repository(self.root), reference)

    def test_each_kind_of_test_has_its_runner(self):
        for reference, expected in (
            ("crates/lock/src/door.rs#it_shuts", ("nextest", "package(=a-lock) and test(/(^|::)it_shuts(::|$)/)")),
            ("verification/attacks/t01.rs#no_guess_passes",
             ("nextest", "package(=the-program) and test(/(^|::)no_guess_passes(::|$)/)")),
            ("e2e/tests/door.test.js#it_opens", ("node", "tests/door.test.js")),
            ("scripts/lint#clippy", ("script", ("scripts/lint",))),
        ):
            with self.subTest(reference):
                self.assertEqual(self.run_of(reference)[:2], expected)
        self.assertIsNone(self.run_of("crates/lock/src/lib.rs#Bolt"), "code is not run")
        self.assertRaisesRegex(evidence.Missing, "nothing says how", self.run_of, "verification/world.py#start")

    def test_a_number_may_be_written_in_any_way(self):
        for written in ("T6", "t6", "T06"):
            self.assertEqual(prove.canonical(written), "T6")

    def test_a_test_that_did_not_run_is_no_proof(self):
        said = """
        PASS [   0.012s] (1/3) a-lock suite::one::it_shuts
        SLOW [> 120.0s] (  ) a-lock suite::two::it_shuts
        FAIL [ 121.000s] (2/3) a-lock suite::two::it_shuts
        PASS [   0.012s] (3/3) a-lock::it it_shuts_early
        """
        for name, expected in (("it_shuts", "FAILED"), ("it_shuts_early", "holds"), ("it_opens", "NOT RUN")):
            self.assertEqual(prove.outcome(prove.nextest_lines(said, name)), expected, name)
        pattern = self.run_of("e2e/tests/door.test.js#it_opens").name
        for said, expected in (
            ("✔ it opens here (es) (12.5ms)\n✔ it opens there (en) (9ms)\n", "holds"),
            ("✔ it opens here (es) (12.5ms)\n✖ it opens there (en) (9ms)\n", "FAILED"),
            ("✔ it shuts (12.5ms)\n", "NOT RUN"),
        ):
            self.assertEqual(prove.outcome(prove.node_lines(said, pattern)), expected, said)


class Breaks(Folder):
    """That a break which no longer is one is told."""

    GOOD = {"number": "T1", "test": "crates/lock/src/door.rs#it_shuts", "old": "struct Bolt;", "new": "struct Bolts;"}

    def faults(self, **changed):
        """What is said of a table with a break for each threat, of which the first has this changed."""
        rows = [{**self.GOOD, **changed}, *({**self.GOOD, "number": number} for number in breaks.NUMBERS[1:])]
        self.write(breaks.TABLE, "".join(
            f"[[break]]\nnumber = '{row['number']}'\nwhat = 'break {place}'\nnoticed_by = ['{row['test']}']\n"
            f"[[break.edit]]\npath = 'crates/lock/src/lib.rs'\nold = '{row['old']}'\nnew = '{row['new']}'\n"
            for place, row in enumerate(rows)
        ))
        return breaks.check(self.root)[1]

    def test_a_whole_table_stands(self):
        self.assertEqual(self.faults(), [])

    def test_a_break_that_changes_nothing_or_names_no_test_is_told(self):
        for changed, why in (
            ({"old": "struct Nut;"}, "stands 0 times"),
            ({"old": "pub"}, "stands 2 times"),
            ({"new": "struct Bolt;"}, "changes nothing"),
            ({"test": "crates/lock/src/door.rs#it_opens"}, "defines no it_opens"),
            ({"test": "crates/lock/src/lib.rs#Bolt"}, "is no test"),
            ({"number": "A1"}, "T1 has no break"),
        ):
            with self.subTest(why):
                faults = self.faults(**changed)
                self.assertRegex("\n".join(faults), why)
                self.assertEqual(len(faults), 1)


class Standard(unittest.TestCase):
    def test_it_has_345_requirements(self):
        self.assertEqual(len(set(asvs.identifiers())), 345)

    def test_a_page_that_is_not_of_the_table_and_a_changed_requirement_are_told(self):
        row = {"id": "V1.1.1", "level": "2", "requirement": "changed", "verdict": "met", "evidence": "", "reason": "", "change": ""}
        with tempfile.TemporaryDirectory() as folder:
            said = "\n".join(asvs.faults_of_page(Path(folder), [row]))
        self.assertIn("not those of ASVS 5.0.0", said)
        self.assertIn("is not what the table gives", said)


def main():
    result = unittest.main(exit=False).result
    failed = len({str(case).split(" [")[0] for case, _ in result.failures + result.errors})
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
