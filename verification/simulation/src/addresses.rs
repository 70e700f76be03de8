//! What the registry holds, followed along: under which address each flow began, and that nobody changes one unseen.

use rusqlite::{OptionalExtension as _, params};

use crate::{
    check::{Auditor, Entry},
    world::World,
};

/// A recovery as it began: employer, version of the address, origin, stage, and its codes' mails that wait.
type Begun = (Option<i64>, i64, i64, i64, i64);

impl Auditor {
    /// What an act that was done says of addresses.
    pub(crate) fn addresses(&self, world: &World, entry: &Entry, batch: &[Entry]) -> rusqlite::Result<()> {
        let now = world.clocks.elapsed().as_secs();
        match (entry.act.as_str(), entry.employer, entry.flow) {
            ("recovery.started", _, Some(flow)) => self.begun(world, flow, now)?,
            ("recovery.key_recovered" | "recovery.superseded", Some(employer), Some(flow)) => {
                world.registry().over(employer, flow, now);
            }
            ("case.details_given", Some(employer), _) => self.named(world, employer)?,
            _ => {}
        }
        if let Some(employer) = entry.employer.filter(|_| entry.case.is_some()) {
            let corrects =
                |other: &Entry| other.act == "registry.corrected" && other.employer == Some(employer);
            self.stands(world, employer, batch.iter().any(corrects))?;
        }
        Ok(())
    }

    fn named(&self, world: &World, employer: i64) -> rusqlite::Result<()> {
        let sql = "SELECT email_mark FROM assisted_case WHERE employer_id = ?1 AND email_mark IS NOT NULL";
        let mut marks = self.db.prepare_cached(sql)?;
        for mark in marks.query_map([employer], |row| row.get(0))? {
            world.registry().named(employer, mark?);
        }
        Ok(())
    }

    fn begun(&self, world: &World, flow: [u8; 16], now: u64) -> rusqlite::Result<()> {
        let row: Option<Begun> = self
            .db
            .prepare_cached(
                "SELECT employer_id, email_version, origin, stage, \
                 (SELECT count(*) FROM outbox WHERE recovery_id = recovery.id AND kind = 0) FROM recovery WHERE id = ?1",
            )?
            .query_row([flow], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
            .optional()?;
        let Some((employer, version, origin, stage, mails)) = row else {
            world.violation(format_args!("a flow began of which nothing is stored"));
            return Ok(());
        };
        // One that matches nothing writes what any other does: a flow that waits for its code, and a mail.
        let alike = (stage, mails) == (0, 1);
        match employer {
            None if world.plan.hide && alike => world.outcome("hide", "decoy begun"),
            None => world.violation(format_args!("hide: a decoy began in stage {stage} with {mails} mails")),
            Some(_) if world.plan.hide && origin == 0 && stage == 0 && !alike => {
                world.violation(format_args!("hide: a flow began with {mails} mails"));
            }
            Some(employer) => world.registry().begun(employer, flow, (version, origin == 0), now),
        }
        Ok(())
    }

    fn stands(&self, world: &World, employer: i64, allowed: bool) -> rusqlite::Result<()> {
        let row = self
            .db
            .prepare_cached("SELECT email_version, email_index FROM employer WHERE id = ?1")?
            .query_row(params![employer], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if row.is_some_and(|row| !world.registry().stands(employer, row, allowed)) {
            world.violation(format_args!("I9: the address of {employer} changed, and no case did that"));
        }
        Ok(())
    }

    /// No address stands that no case has put there.
    pub(crate) fn registry(&self, world: &World) -> rusqlite::Result<()> {
        let mut statement = self.db.prepare_cached("SELECT id, email_version, email_index FROM employer")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let employer: i64 = row.get(0)?;
            if !world.registry().stands(employer, (row.get(1)?, row.get(2)?), false) {
                world.violation(format_args!("I9: the address of {employer} changed, and no case did that"));
            }
        }
        Ok(())
    }
}
