//! The desk as a place: who waits there, who works there, and what is handed over on paper.

use std::collections::{BTreeMap, VecDeque};

use clavero_service::desk::{NewCase, OfficerContext};

/// Why somebody comes.
#[derive(Clone)]
pub(crate) enum Errand {
    /// With a case and the papers.
    Papers,
    /// The link did not come, or the slip was lost.
    Again,
    /// Without a case: it is opened there, by this form and with this mailbox.
    Open(Box<(NewCase, String)>),
}

/// Somebody who waits.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) employer: usize,
    /// The case, in groups of four; empty where there is none yet.
    pub(crate) reference: String,
    pub(crate) errand: Errand,
}

/// The desk. References are random: nothing here goes by their order.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) waiting: VecDeque<Visitor>,
    /// Whose case it is, by reference.
    pub(crate) cases: BTreeMap<String, usize>,
    /// Slips that were handed over, by employer.
    pub(crate) slips: BTreeMap<usize, String>,
    /// Cases that were opened at the desk, by employer.
    pub(crate) opened: BTreeMap<usize, String>,
    /// Links to stop a case by, as they have arrived.
    pub(crate) stops: VecDeque<String>,
    /// Who has looked through the queue, in that order.
    here: Vec<OfficerContext>,
}

impl Desk {
    /// An officer is here.
    pub(crate) fn note(&mut self, me: &OfficerContext) {
        if self.here.iter().all(|other| other.id != me.id) {
            self.here.push(me.clone());
        }
    }

    /// Another officer than this one.
    pub(crate) fn colleague(&self, me: &OfficerContext) -> Option<OfficerContext> {
        self.here.iter().find(|other| other.id != me.id).cloned()
    }
}
