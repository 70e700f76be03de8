CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- id = RUC * 10000 + sucursal: the key of the registry's rows, and what everything of an employer is found by.
CREATE TABLE employer (
    id                  INTEGER PRIMARY KEY,
    kind                TEXT NOT NULL,
    name                TEXT NOT NULL,
    representative      TEXT NOT NULL,
    representative_name TEXT NOT NULL,
    email               BLOB,
    email_index         BLOB,
    email_lane          INTEGER,
    email_version       INTEGER NOT NULL,
    has_key             INTEGER NOT NULL
);

CREATE TABLE credential (
    employer_id INTEGER PRIMARY KEY,
    phc         TEXT NOT NULL,
    mac         BLOB NOT NULL,
    changed_at  INTEGER NOT NULL,
    imported    INTEGER NOT NULL,
    frozen      INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE tax_register (
    ruc   INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,
    word  TEXT NOT NULL,
    since TEXT NOT NULL
);

CREATE TABLE recovery (
    id            BLOB PRIMARY KEY,
    employer_id   INTEGER,
    email_version INTEGER NOT NULL,
    token         BLOB NOT NULL,
    key_id        TEXT NOT NULL,
    reference     TEXT NOT NULL,
    locale        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    stage         INTEGER NOT NULL,
    counter       INTEGER NOT NULL,
    queued_at     INTEGER NOT NULL,
    handoff       INTEGER NOT NULL,
    accepted_at   INTEGER,
    attempts      INTEGER NOT NULL,
    ended_at      INTEGER,
    reason        TEXT
) WITHOUT ROWID;
-- Only the flows that can still be ended by another one.
CREATE INDEX recovery_live ON recovery (employer_id) WHERE stage < 2;

CREATE TABLE link (
    verifier    BLOB PRIMARY KEY,
    recovery_id BLOB NOT NULL,
    counter     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) WITHOUT ROWID;

-- Ids only: what a mail says is made when it is sent. A claimed row is one that is due again when its lease ends.
CREATE TABLE outbox (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          INTEGER NOT NULL,
    recovery_id   BLOB,
    employer_id   INTEGER,
    email_version INTEGER NOT NULL,
    counter       INTEGER NOT NULL,
    lane          INTEGER NOT NULL,
    locale        TEXT NOT NULL,
    queued_at     INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    attempts      INTEGER NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at);

CREATE TABLE repudiation (
    verifier    BLOB PRIMARY KEY,
    employer_id INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    used        INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
    token        BLOB PRIMARY KEY,
    id           BLOB NOT NULL,
    employer_id  INTEGER NOT NULL,
    device       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_employer ON session (employer_id);

CREATE TABLE device (
    employer_id INTEGER NOT NULL,
    token       BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (employer_id, token)
) WITHOUT ROWID;

CREATE TABLE budget (
    key        BLOB PRIMARY KEY,
    state      BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE spent (
    digest     BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    actor       INTEGER NOT NULL,
    act         TEXT NOT NULL,
    employer_id INTEGER,
    recovery_id BLOB,
    refusal     TEXT
);
