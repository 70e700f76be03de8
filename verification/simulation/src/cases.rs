//! I8 and I9: what the log tells of cases, put together again. Two officers, a touch of each for exactly that, and the wait.

use std::collections::{HashMap, VecDeque};

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{check::Entry, world::World};

type Id = [u8; 16];
type Digest = [u8; 32];

/// How old the touch of an authenticator may be, in microseconds, and what the store's time may lag after a restart.
const TOUCH: i64 = 135_000_000;

/// What the log has told of one case.
#[derive(Debug, Default)]
struct Told {
    number: usize,
    /// Who asked for approval.
    asked: Option<Id>,
    /// Who approved, and when.
    approved: Option<(Id, i64)>,
}

/// Reads along what concerns cases.
#[derive(Default)]
pub(crate) struct Cases {
    told: HashMap<Id, Told>,
    /// Touches that no decision has used: whose, for what, and when.
    touches: VecDeque<(Id, Digest, i64)>,
}

impl Cases {
    /// An act that was done.
    pub(crate) fn read(&mut self, db: &Connection, world: &World, entry: &Entry) -> rusqlite::Result<()> {
        if entry.act == "officer.touched" {
            if let (Some(officer), Some(form)) = (entry.actor_id, entry.form) {
                self.touches.push_back((officer, form, entry.at));
            }
            return Ok(());
        }
        let Some(case) = entry.case else { return Ok(()) };
        let number = self.told.len();
        let told = self.told.entry(case).or_insert_with(|| Told { number, ..Told::default() });
        let number = told.number;
        match entry.act.as_str() {
            "case.approval_asked" => (told.asked, told.approved) = (entry.actor_id, None),
            "case.returned" | "case.rejected" | "case.superseded" => {
                (told.asked, told.approved) = (None, None);
            }
            "case.approved" => {
                if told.asked.is_none() || told.asked == entry.actor_id {
                    world.violation(format_args!("I8: case {number} was approved by who asked, or unasked"));
                }
                told.approved = entry.actor_id.map(|officer| (officer, entry.at));
                self.touched(world, entry, number);
            }
            "case.unfrozen" => {
                let concerned = [told.asked, told.approved.map(|(officer, _)| officer)];
                if entry.actor_id.is_none() || concerned.contains(&entry.actor_id) {
                    world
                        .violation(format_args!("I8: case {number} goes on by the word of who is concerned"));
                }
            }
            "registry.corrected" | "recovery.started" => self.changes(db, world, entry, case)?,
            "case.handed_over" => {
                self.changes(db, world, entry, case)?;
                self.touched(world, entry, number);
            }
            _ => {}
        }
        Ok(())
    }

    /// Something that needs an approval that has rested.
    fn changes(&self, db: &Connection, world: &World, entry: &Entry, case: Id) -> rusqlite::Result<()> {
        let Some(told) = self.told.get(&case) else { return Ok(()) };
        let (number, act) = (told.number, &entry.act);
        let (Some(asked), Some((approved, at))) = (told.asked, told.approved) else {
            world.violation(format_args!("I8: {act} of case {number} without two officers"));
            return Ok(());
        };
        let row = db
            .prepare_cached("SELECT asked_by, approved_by FROM assisted_case WHERE id = ?1")?
            .query_row(params![case], |row| Ok((row.get::<_, Option<Id>>(0)?, row.get::<_, Option<Id>>(1)?)))
            .optional()?;
        if asked == approved || row.is_some_and(|row| row.0.is_some() && row != (Some(asked), Some(approved)))
        {
            world.violation(format_args!("I8: {act} of case {number} by others than the two of the log"));
        }
        let wait = i64::try_from(world.plan.cooling.as_micros()).unwrap_or(i64::MAX);
        if entry.at < at + wait {
            world.violation(format_args!("I9: {act} of case {number} before the wait was over"));
        }
        Ok(())
    }

    /// Whoever decides has touched an authenticator for exactly that, a moment ago and for nothing else.
    fn touched(&mut self, world: &World, entry: &Entry, number: usize) {
        while self.touches.front().is_some_and(|(_, _, at)| *at + TOUCH < entry.at) {
            self.touches.pop_front();
        }
        let mine = |(officer, form, _): &(Id, Digest, i64)| {
            Some(*officer) == entry.actor_id && Some(*form) == entry.form
        };
        match self.touches.iter().position(mine) {
            Some(place) => drop(self.touches.remove(place)),
            None => world.violation(format_args!("I8: {} of case {number} without a touch", entry.act)),
        }
    }
}
