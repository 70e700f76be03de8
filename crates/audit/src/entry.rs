//! An entry: one line of canonical JSON, whose bytes are the leaf.

use crate::{
    hex,
    json::{self, JsonError, Object, Value},
};

/// The form of entries that this version writes.
pub const VERSION: u64 = 1;

/// An id of 16 bytes, which means nothing by itself.
pub type Id = [u8; 16];

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log, from 0.
    pub index: u64,
    /// When, in microseconds since the Unix epoch.
    pub time: u64,
    /// What kind of actor, a word.
    pub actor: String,
    /// Who of that kind, where they have an id.
    pub actor_id: Option<Id>,
    /// What, a word like `recovery.started`.
    pub act: String,
    /// Within which recovery.
    pub recovery: Option<Id>,
    /// Within which case.
    pub case: Option<Id>,
    /// Upon which officer.
    pub officer: Option<Id>,
    /// Why it was refused, a word; `None` when it was done.
    pub refusal: Option<String>,
    /// On what ground it was done, a word.
    pub reason: Option<String>,
    /// SHA-256 of the form that the actor was shown.
    pub form: Option<[u8; 32]>,
    /// Personal data, sealed ([`crate::DataKey::seal`]).
    pub sealed: Option<String>,
}

/// Why a line is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Not canonical.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Of a form that this version does not know.
    #[error("an entry of a form that this version does not know")]
    Version,
    /// A field is absent or not what it must be.
    #[error("the field {0} is absent or wrong")]
    Field(&'static str),
    /// A field that no entry has.
    #[error("a field that no entry has")]
    Unknown,
}

impl Entry {
    /// The line, without a line feed: the bytes of the leaf.
    #[must_use]
    pub fn line(&self) -> String {
        let mut object = Object::new();
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                object.insert(key.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        let id = |id: Option<Id>| id.map(|id| Value::Text(hex::encode(&id)));
        put("v", Some(Value::Number(VERSION)));
        put("index", Some(Value::Number(self.index)));
        put("time", Some(Value::Number(self.time)));
        put("actor", Some(self.actor.as_str().into()));
        put("actor_id", id(self.actor_id));
        put("act", Some(self.act.as_str().into()));
        put("recovery", id(self.recovery));
        put("case", id(self.case));
        put("officer", id(self.officer));
        put("refusal", text(&self.refusal));
        put("reason", text(&self.reason));
        put("form", self.form.map(|form| Value::Text(hex::encode(&form))));
        put("sealed", text(&self.sealed));
        json::write(&object)
    }

    /// Reads a line.
    pub fn parse(line: &str) -> Result<Self, EntryError> {
        let mut object = json::read(line)?;
        if object.remove("v") != Some(Value::Number(VERSION)) {
            return Err(EntryError::Version);
        }
        let entry = Self {
            index: number(&mut object, "index")?,
            time: number(&mut object, "time")?,
            actor: text(&mut object, "actor")?.ok_or(EntryError::Field("actor"))?,
            actor_id: bytes(&mut object, "actor_id")?,
            act: text(&mut object, "act")?.ok_or(EntryError::Field("act"))?,
            recovery: bytes(&mut object, "recovery")?,
            case: bytes(&mut object, "case")?,
            officer: bytes(&mut object, "officer")?,
            refusal: text(&mut object, "refusal")?,
            reason: text(&mut object, "reason")?,
            form: bytes(&mut object, "form")?,
            sealed: text(&mut object, "sealed")?,
        };
        if object.is_empty() { Ok(entry) } else { Err(EntryError::Unknown) }
    }
}

fn number(object: &mut Object, key: &'static str) -> Result<u64, EntryError> {
    match object.remove(key) {
        Some(Value::Number(number)) => Ok(number),
        _ => Err(EntryError::Field(key)),
    }
}

fn text(object: &mut Object, key: &'static str) -> Result<Option<String>, EntryError> {
    match object.remove(key) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(Value::Number(_)) => Err(EntryError::Field(key)),
    }
}

fn bytes<const N: usize>(object: &mut Object, key: &'static str) -> Result<Option<[u8; N]>, EntryError> {
    let Some(digits) = text(object, key)? else { return Ok(None) };
    hex::decode(&digits).map(Some).ok_or(EntryError::Field(key))
}
