//! What lies sealed in the database, as whoever seals it anew goes through it. What the bytes say is the service's matter.

use async_trait::async_trait;
use clavero_protocol::Policy;

use crate::{AuditEntry, StoreError};

/// A column of sealed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedIn {
    /// Employers' mailboxes.
    EmployerEmail,
    /// What persons typed in a case.
    CaseDossier,
    /// The mailbox that a case names.
    CaseEmail,
    /// The mailbox that was on record when a case asked for another one.
    CaseOldEmail,
    /// Officers' addresses.
    OfficerEmail,
    /// The secrets of officers' authenticator apps.
    OfficerTotp,
    /// Officers' passkeys.
    Passkey,
    /// Steps with an authenticator that are under way.
    Ceremony,
    /// What opens the personal data of the log's entries.
    LogKey,
}

impl SealedIn {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::EmployerEmail,
        Self::CaseDossier,
        Self::CaseEmail,
        Self::CaseOldEmail,
        Self::OfficerEmail,
        Self::OfficerTotp,
        Self::Passkey,
        Self::Ceremony,
        Self::LogKey,
    ];

    /// Its name in the schema, `table.column`.
    #[must_use]
    pub fn name(self) -> String {
        let Column { table, sealed, .. } = self.column();
        format!("{table}.{sealed}")
    }

    pub(crate) fn column(self) -> Column {
        let of = |table, key, owner, sealed| Column { table, key, owner, sealed };
        match self {
            Self::EmployerEmail => of("employer", "id", "id", "email"),
            Self::CaseDossier => of("assisted_case", "id", "employer_id", "dossier"),
            Self::CaseEmail => of("assisted_case", "id", "employer_id", "email"),
            Self::CaseOldEmail => of("assisted_case", "id", "employer_id", "old_email"),
            Self::OfficerEmail => of("officer", "id", "id", "email"),
            Self::OfficerTotp => of("officer", "id", "id", "totp"),
            Self::Passkey => of("passkey", "id", "officer_id", "credential"),
            Self::Ceremony => of("ceremony", "token", "token", "state"),
            Self::LogKey => of("audit_key", "place", "place", "wrapped"),
        }
    }

    /// Whether its rows are named by numbers.
    pub(crate) const fn is_numbered(self) -> bool {
        matches!(self, Self::EmployerEmail | Self::LogKey)
    }
}

/// Where the values of a [`SealedIn`] lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) table: &'static str,
    /// The primary key.
    pub(crate) key: &'static str,
    /// Whose the row is.
    pub(crate) owner: &'static str,
    /// The values.
    pub(crate) sealed: &'static str,
}

/// What names a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowName {
    /// A number.
    Number(i64),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A sealed value as it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedValue {
    /// Its row.
    pub row: RowName,
    /// Whose the row is: the employer of a case, the officer of a passkey, else the row itself.
    pub owner: RowName,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// A value that was sealed anew.
#[derive(Clone, PartialEq, Eq)]
pub struct Resealed {
    /// Its row.
    pub row: RowName,
    /// What was read there: anything else is not written over.
    pub was: Vec<u8>,
    /// What is put in its place.
    pub becomes: Vec<u8>,
}

/// What else rests on a key of the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyUses {
    /// Recoveries under way whose codes are derived from it.
    pub recoveries: u64,
    /// Cases under way whose codes and slips are.
    pub cases: u64,
    /// Employers' keys that were hashed under its pepper.
    pub credentials: u64,
}

/// What lies under the keys of the ring.
#[async_trait]
pub trait SealedValues {
    /// At most `max` values in the rows behind `after`, in their order: those that do not begin with `current`.
    async fn sealed(
        &self,
        place: SealedIn,
        after: Option<RowName>,
        current: Vec<u8>,
        max: u32,
    ) -> Result<Vec<SealedValue>, StoreError>;

    /// Puts values in place, all in one transaction, wherever what was read still stands. Says in how many rows.
    async fn reseal(&self, place: SealedIn, values: Vec<Resealed>) -> Result<u64, StoreError>;

    /// How many values there are that begin with each of these.
    async fn sealed_census(&self, place: SealedIn, heads: Vec<Vec<u8>>) -> Result<Vec<u64>, StoreError>;

    /// What else rests on a key: its id, and how the hash of an employer's key names it.
    async fn key_uses(&self, key_id: String, in_hash: String, policy: &Policy)
    -> Result<KeyUses, StoreError>;

    /// The ring's key that a service last started with.
    async fn key_in_use(&self) -> Result<Option<String>, StoreError>;

    /// Writes into the audit log what was done with the keys.
    async fn note_keys(&self, entry: AuditEntry) -> Result<(), StoreError>;
}
