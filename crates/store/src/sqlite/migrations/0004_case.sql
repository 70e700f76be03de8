-- Cases of the assisted path. What is personal is sealed (dossier, email, old_email); marks are keyed digests.
CREATE TABLE assisted_case (
    id             BLOB PRIMARY KEY,
    reference      TEXT NOT NULL UNIQUE,
    employer_id    INTEGER NOT NULL,
    -- Whether the identifiers that opened it are those of the registry.
    matched        INTEGER NOT NULL,
    reason         TEXT NOT NULL,
    key_id         TEXT NOT NULL,
    locale         TEXT NOT NULL,
    -- The recovery that led here.
    from_recovery  BLOB,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    -- Grows with each step: who read an older one writes nothing over.
    version        INTEGER NOT NULL,
    dossier        BLOB NOT NULL,
    email          BLOB,
    email_lane     INTEGER,
    old_email      BLOB,
    old_email_mark BLOB,
    old_email_lane INTEGER,
    -- What the applicant told.
    applicant      TEXT,
    contact        BLOB,
    email_mark     BLOB,
    representative BLOB,
    centre         INTEGER,
    -- The proof of the mailbox.
    codes          INTEGER NOT NULL,
    code_queued_at INTEGER,
    code_handoff   INTEGER,
    code_accepted_at INTEGER,
    code_attempts  INTEGER NOT NULL,
    verified_at    INTEGER,
    -- The desk.
    identified     BLOB,
    identified_by  TEXT,
    ground         BLOB,
    starts         INTEGER NOT NULL,
    disputed_at    INTEGER,
    cleared_by     BLOB,
    -- The stage, and for a frozen case the one before.
    stage          INTEGER NOT NULL,
    stage_before   INTEGER,
    officer        BLOB,
    stage_at       INTEGER,
    stage_before_at INTEGER,
    asked_by       BLOB,
    asked_at       INTEGER,
    asked_digest   BLOB,
    asked_before   BLOB,
    asked_first    INTEGER,
    approved_by    BLOB,
    approved_at    INTEGER,
    started_by     BLOB,
    started_at     INTEGER,
    slip           BLOB,
    activation     BLOB,
    reminders      INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX assisted_case_employer ON assisted_case (employer_id);
-- The queue: what has not ended (see case_columns.rs for the numbers), oldest first.
CREATE INDEX assisted_case_open ON assisted_case (created_at) WHERE stage < 10;
CREATE INDEX assisted_case_from ON assisted_case (from_recovery) WHERE from_recovery IS NOT NULL;
CREATE INDEX assisted_case_slip ON assisted_case (slip) WHERE slip IS NOT NULL;

CREATE TABLE case_document (
    case_id BLOB NOT NULL,
    place   INTEGER NOT NULL,
    need    TEXT NOT NULL,
    finding TEXT,
    remark  BLOB,
    PRIMARY KEY (case_id, place)
) WITHOUT ROWID;

-- Who did what. `colleague` is the officer whose request was decided.
CREATE TABLE case_event (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id    BLOB NOT NULL,
    at         INTEGER NOT NULL,
    act        TEXT NOT NULL,
    actor      INTEGER NOT NULL,
    officer    BLOB,
    colleague  BLOB,
    refusal    TEXT
);
CREATE INDEX case_event_case ON case_event (case_id);
CREATE INDEX case_event_at ON case_event (at);

CREATE TABLE case_stop (
    verifier   BLOB PRIMARY KEY,
    case_id    BLOB NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What a case changed in the registry: an import that still brings what stood there before does not undo it.
CREATE TABLE employer_correction (
    employer_id    INTEGER PRIMARY KEY,
    case_id        BLOB NOT NULL,
    at             INTEGER NOT NULL,
    email_changed  INTEGER NOT NULL,
    email_before   BLOB,
    representative_before TEXT
);

ALTER TABLE outbox ADD COLUMN case_id BLOB;
-- 0 = online, 1 = a case's hand-over by mail, 2 = a case's slip.
ALTER TABLE recovery ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recovery ADD COLUMN case_id BLOB;
