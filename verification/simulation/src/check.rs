//! After each batch: what the database holds, against what it held before and what must never be. Read with statements of its
//! own, on a connection of its own, and by none of the product's code.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use rusqlite::{Connection, OpenFlags, params};

use crate::{
    cases::Cases,
    tree::{Tree, Waiting},
    world::World,
};

/// Guesses that one code allows.
const GUESSES_PER_CODE: u32 = 5;
/// Codes in a quarter of an hour, and in a day.
const CODES: [(usize, i64); 2] = [(3, 15 * 60_000_000), (10, 24 * 3_600_000_000)];
/// Guesses of all these in a day.
const GUESSES_PER_DAY: usize = 50;
/// Codes that are kept for browsers which are no strangers', in a day.
const RESERVED: [(usize, i64); 1] = [(3, DAY)];
const RESERVED_GUESSES: usize = 15;
const DAY: i64 = 24 * 3_600_000_000;
/// How far the store's time may fall behind what it was by a start: the step that is taken as slow adjustment, and what the
/// newest moment on record may lag.
const LAG: i64 = 15_000_000;

/// What the log has told of a flow.
#[derive(Debug, Default)]
struct Flow {
    number: usize,
    employer: i64,
    guesses: u32,
    accepted: bool,
    /// Whether a case began it, at its link: its two officers stand where the code does elsewhere (I8).
    of_case: bool,
    /// Whether its codes are of those that are kept.
    of_reserve: bool,
    over: Option<&'static str>,
}

/// What the log has told of an employer.
#[derive(Debug, Default)]
struct Told {
    changed_at: Option<i64>,
    /// The budget that its first code drew on: the one that anybody may spend.
    budget: Option<Vec<u8>>,
    /// Of that, and of what is kept for browsers that are no strangers'.
    drawn: [Drawn; 2],
}

/// What was drawn on a budget since a key was set.
#[derive(Debug, Default)]
struct Drawn {
    codes: Vec<i64>,
    guesses: Vec<i64>,
}

/// An entry, as it waits to be sealed.
pub(crate) struct Entry {
    pub(crate) at: i64,
    pub(crate) act: String,
    pub(crate) actor_id: Option<[u8; 16]>,
    pub(crate) case: Option<[u8; 16]>,
    pub(crate) form: Option<[u8; 32]>,
    pub(crate) employer: Option<i64>,
    pub(crate) flow: Option<[u8; 16]>,
    refusal: Option<String>,
}

/// Reads along.
pub(crate) struct Auditor {
    pub(crate) db: Connection,
    seq: i64,
    latest: i64,
    looks: u64,
    flows: HashMap<[u8; 16], Flow>,
    told: BTreeMap<i64, Told>,
    tree: Tree,
    cases: Cases,
}

impl Auditor {
    /// Opens the database beside the store.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self {
            db,
            seq: 0,
            latest: 0,
            looks: 0,
            flows: HashMap::new(),
            told: BTreeMap::new(),
            tree: Tree::default(),
            cases: Cases::default(),
        })
    }

    /// Looks at what the latest batch has left.
    pub(crate) fn look(&mut self, world: &World) {
        if let Err(error) = self.try_look(world) {
            world.violation(format_args!("the database cannot be read: {error}"));
        }
    }

    fn try_look(&mut self, world: &World) -> rusqlite::Result<()> {
        if self.looks == 0 {
            self.registry(world)?;
        }
        let entries = self.entries()?;
        let changed: BTreeSet<i64> = entries
            .iter()
            .filter(|entry| entry.act == "credential.changed" && entry.refusal.is_none())
            .filter_map(|entry| entry.employer)
            .collect();
        for entry in &entries {
            let (act, refusal) = (entry.act.clone(), entry.refusal.clone());
            self.tree.wait(Waiting { at: entry.at, act, refusal });
            self.read(world, entry)?;
            if entry.refusal.is_none() {
                self.cases.read(&self.db, world, entry)?;
                self.addresses(world, entry, &entries)?;
            }
        }
        for employer in changed {
            self.change(world, employer)?;
        }
        self.tree.look(&self.db, world)?;
        self.looks += 1;
        if self.looks.is_multiple_of(64) {
            self.keys(world)?;
            self.registry(world)?;
        }
        Ok(())
    }

    fn entries(&mut self) -> rusqlite::Result<Vec<Entry>> {
        let mut statement = self.db.prepare_cached(
            "SELECT seq, at, act, employer_id, recovery_id, refusal, actor_id, case_id, form FROM audit WHERE seq > ?1 \
             ORDER BY seq",
        )?;
        let mut rows = statement.query([self.seq])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            self.seq = row.get(0)?;
            entries.push(Entry {
                at: row.get(1)?,
                act: row.get(2)?,
                employer: row.get(3)?,
                flow: row.get(4)?,
                refusal: row.get(5)?,
                actor_id: row.get(6)?,
                case: row.get(7)?,
                form: row.get(8)?,
            });
        }
        Ok(entries)
    }

    fn read(&mut self, world: &World, entry: &Entry) -> rusqlite::Result<()> {
        let flows = self.flows.len();
        let number = entry.flow.map(|id| {
            self.flows.entry(id).or_insert_with(|| Flow { number: flows, ..Flow::default() }).number
        });
        let refusal = entry.refusal.as_deref().unwrap_or("done");
        world.event(format_args!("entry {} {:?} {number:?} {refusal}", entry.act, entry.employer));
        if entry.at + LAG < self.latest {
            world.violation(format_args!("I12: the store's time went back by {} µs", self.latest - entry.at));
        }
        self.latest = self.latest.max(entry.at);
        if entry.refusal.is_none() { self.done(world, entry) } else { Ok(()) }
    }

    /// The budget that a flow's codes draw on.
    fn budget(&self, flow: [u8; 16]) -> rusqlite::Result<Option<Vec<u8>>> {
        let sql = "SELECT codes_budget FROM recovery WHERE id = ?1";
        self.db.prepare_cached(sql)?.query_row(params![flow], |row| row.get(0))
    }

    fn done(&mut self, world: &World, entry: &Entry) -> rusqlite::Result<()> {
        let Some(employer) = entry.employer else { return Ok(()) };
        let budget = match entry.flow.filter(|_| entry.act == "recovery.started" && entry.case.is_none()) {
            Some(flow) => self.budget(flow)?,
            None => None,
        };
        let told = self.told.entry(employer).or_default();
        if entry.act == "credential.changed" {
            told.changed_at = Some(entry.at);
        }
        let Some(flow) = entry.flow.and_then(|id| self.flows.get_mut(&id)) else { return Ok(()) };
        let act = entry.act.strip_prefix("recovery.").unwrap_or_default();
        let number = flow.number;
        if let Some(over) = flow.over
            && matches!(
                act,
                "code_attempted"
                    | "code_accepted"
                    | "code_requested"
                    | "link_requested"
                    | "key_recovered"
                    | "started"
            )
        {
            world.violation(format_args!("what ended stays ended: flow {number} is {over}, and then {act}"));
        }
        match act {
            "started" => {
                flow.employer = employer;
                flow.of_case = entry.case.is_some();
                if budget.is_some() {
                    flow.of_reserve = told.budget.is_some() && told.budget != budget;
                    told.budget = told.budget.take().or(budget);
                    told.code(world, entry.at, flow.of_reserve);
                }
            }
            "code_requested" => {
                flow.guesses = 0;
                told.code(world, entry.at, flow.of_reserve);
            }
            "code_attempted" => {
                flow.guesses += 1;
                if flow.guesses > GUESSES_PER_CODE {
                    world
                        .violation(format_args!("I3: {} guesses of one code of flow {number}", flow.guesses));
                }
                told.guess(world, entry.at, flow.of_reserve);
            }
            "code_accepted" => {
                if std::mem::replace(&mut flow.accepted, true) {
                    world.violation(format_args!("I2: a code of flow {number} was accepted twice"));
                }
                if flow.guesses == 0 {
                    world.violation(format_args!("I3: flow {number}: compared before it was counted"));
                }
            }
            "key_recovered" => {
                if !flow.accepted && !flow.of_case {
                    world.violation(format_args!("I1: flow {number} set a key without its code"));
                }
                flow.over = Some("completed");
                // The owner has shown who they are: budgets begin anew.
                told.drawn = Default::default();
            }
            "superseded" => flow.over = Some("superseded"),
            _ => {}
        }
        Ok(())
    }

    /// A key was changed: everything that must come with it came with it.
    fn change(&self, world: &World, employer: i64) -> rusqlite::Result<()> {
        let at = self.told.get(&employer).and_then(|told| told.changed_at).unwrap_or_default();
        let count = |sql: &str| {
            self.db.prepare_cached(sql)?.query_row(params![employer, at], |row| row.get::<_, i64>(0))
        };
        let stands = count("SELECT count(*) FROM credential WHERE employer_id = ?1 AND changed_at = ?2")?;
        if stands != 1 {
            world.violation(format_args!("I6: the log tells of a key of {employer} that does not stand"));
        }
        let notices =
            count("SELECT count(*) FROM outbox WHERE employer_id = ?1 AND kind = 2 AND queued_at = ?2")?;
        if notices == 0 {
            world.violation(format_args!("I6: the key of {employer} changed without a notice"));
        }
        let leaves = count(
            "SELECT count(*) FROM audit WHERE employer_id = ?1 AND act = 'credential.changed' AND refusal IS NULL AND at = ?2",
        )?;
        if leaves != 1 {
            world.violation(format_args!("I6: {leaves} entries for one change of the key of {employer}"));
        }
        let sessions = count("SELECT count(*) FROM session WHERE employer_id = ?1 AND created_at < ?2")?;
        if sessions != 0 {
            world.violation(format_args!("I5: {sessions} sessions outlived the key of {employer}"));
        }
        let flows =
            count("SELECT count(*) FROM recovery WHERE employer_id = ?1 AND stage < 2 AND created_at < ?2")?;
        if flows != 0 {
            world.violation(format_args!("I5: {flows} recoveries outlived the key of {employer}"));
        }
        Ok(())
    }

    /// No key stands that the log does not tell of.
    fn keys(&self, world: &World) -> rusqlite::Result<()> {
        let mut statement = self.db.prepare_cached("SELECT employer_id, changed_at FROM credential")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (employer, at): (i64, i64) = (row.get(0)?, row.get(1)?);
            if self.told.get(&employer).and_then(|told| told.changed_at) != Some(at) {
                world.violation(format_args!("I6: the key of {employer} changed without an entry"));
            }
        }
        Ok(())
    }

    /// At the end, a while after all was healed: nothing that was queued is still there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) fn end(&self, world: &World) -> rusqlite::Result<()> {
        self.keys(world)?;
        self.registry(world)?;
        self.tree.end(&self.db, world)?;
        let waiting: i64 = self.db.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
        if waiting != 0 {
            world.violation(format_args!("I10: {waiting} mails are stuck"));
        }
        Ok(())
    }
}

impl Told {
    fn code(&mut self, world: &World, at: i64, of_reserve: bool) {
        let codes = &mut self.drawn[usize::from(of_reserve)].codes;
        codes.push(at);
        let rules: &[(usize, i64)] = if of_reserve { &RESERVED } else { &CODES };
        for &(limit, window) in rules {
            let recent = codes.iter().filter(|earlier| **earlier > at - window).count();
            if recent > limit {
                world.violation(format_args!("I11: {recent} codes of one employer within {window} µs"));
            }
        }
    }

    fn guess(&mut self, world: &World, at: i64, of_reserve: bool) {
        let guesses = &mut self.drawn[usize::from(of_reserve)].guesses;
        guesses.retain(|earlier| *earlier > at - DAY);
        guesses.push(at);
        if guesses.len() > if of_reserve { RESERVED_GUESSES } else { GUESSES_PER_DAY } {
            world.violation(format_args!("I3: {} guesses of one employer in a day", guesses.len()));
        }
    }
}
