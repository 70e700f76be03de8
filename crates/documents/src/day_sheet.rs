//! The supervisor's sheet: what was done at a desk on one day, by whom.

use clavero_words::Locale;
use serde::Serialize;

use crate::{
    Institution, Made,
    paper::{Frame, Paper, Template, Wording, data},
};

/// A day at a centre, to be signed and filed.
#[derive(Debug, Clone, Serialize)]
pub struct DaySheet {
    /// The language of the paper.
    #[serde(skip)]
    pub locale: Locale,
    /// Whose paper it is.
    #[serde(skip)]
    pub institution: Institution,
    /// The centre's name, or words for all of them.
    pub centre: String,
    /// The day in words.
    pub date: String,
    /// When it was made.
    #[serde(skip)]
    pub made: Made,
    /// What was done, in the order in which it is to stand.
    pub rows: Vec<DayRow>,
    /// What of the day is not on the paper, and where it is, in words; empty where all of it is.
    pub cut: String,
    /// Sums with their names, in words.
    pub totals: Vec<DayTotal>,
    /// The state of the audit log when the sheet was made: on paper it is out of reach of whoever might edit the log.
    pub checkpoint: Option<Checkpoint>,
    /// Whether this is a demonstration.
    #[serde(skip)]
    pub demo: bool,
}

/// One act. What does not apply is empty.
#[derive(Debug, Clone, Serialize)]
pub struct DayRow {
    /// When, such as `10:42`.
    pub time: String,
    /// The case's reference as people read it.
    pub reference: String,
    /// The employer's name.
    pub employer: String,
    /// The employer's RUC and sucursal in words.
    pub numbers: String,
    /// What was done, in words.
    pub act: String,
    /// Who did it.
    pub officer: String,
    /// Who approved it.
    pub second: String,
    /// Reason or remark.
    pub remark: String,
}

/// A sum.
#[derive(Debug, Clone, Serialize)]
pub struct DayTotal {
    /// What was counted, in words.
    pub label: String,
    /// How many.
    pub count: u64,
}

/// A checkpoint of the audit log's Merkle tree (RFC 9162).
#[derive(Debug, Clone, Serialize)]
pub struct Checkpoint {
    /// Entries in the tree.
    pub size: u64,
    /// The root's hash, as the log writes it.
    pub root: String,
}

const SENTENCES: [&str; 17] = [
    "day-title",
    "day-where",
    "day-totals",
    "day-cases",
    "day-time",
    "day-reference",
    "day-employer",
    "day-act",
    "day-officer",
    "day-second",
    "day-remark",
    "day-none",
    "day-checkpoint",
    "day-checkpoint-size",
    "day-checkpoint-root",
    "day-supervisor",
    "day-supervisor-hint",
];

impl DaySheet {
    pub(crate) fn paper(&self) -> Paper {
        let args = [
            ("made_at", self.made.text.as_str()),
            ("centre", self.centre.as_str()),
            ("date", self.date.as_str()),
        ];
        let mut wording = Wording::new(self.locale, &args);
        wording.say_all(&SENTENCES);
        let frame = Frame { institution: &self.institution, made: &self.made, demo: self.demo };
        Paper {
            template: Template::DaySheet,
            data: data(&frame, &wording, self),
            qr: None,
            made_micros: self.made.micros,
        }
    }
}
