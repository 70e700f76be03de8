-- Who works at the desk. Address and TOTP secret are sealed; mac binds the role to the officer under the key ring.
CREATE TABLE officer (
    id          BLOB PRIMARY KEY,
    name        TEXT NOT NULL,
    email       BLOB NOT NULL,
    email_index BLOB NOT NULL UNIQUE,
    role        TEXT NOT NULL,
    mac         BLOB NOT NULL,
    active      INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    totp        BLOB,
    -- The latest step whose code was taken: neither it nor an earlier one is taken again.
    totp_step   INTEGER
) WITHOUT ROWID;

-- id = SHA-256 of the credential's id, which authenticators make as long as they like.
CREATE TABLE passkey (
    id         BLOB PRIMARY KEY,
    officer_id BLOB NOT NULL,
    credential BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER
) WITHOUT ROWID;
CREATE INDEX passkey_officer ON passkey (officer_id);

CREATE TABLE enrolment (
    token      BLOB PRIMARY KEY,
    officer_id BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) WITHOUT ROWID;
CREATE INDEX enrolment_officer ON enrolment (officer_id);

-- An admin asks that an officer gets an enrolment address, another one confirms; the row goes with the answer.
CREATE TABLE enrolment_request (
    officer_id BLOB PRIMARY KEY,
    asked_by   BLOB NOT NULL,
    asked_at   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE officer_session (
    token        BLOB PRIMARY KEY,
    officer_id   BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX officer_session_officer ON officer_session (officer_id);

-- What has to be remembered between two steps with an authenticator. Sealed; taken out once.
CREATE TABLE ceremony (
    token      BLOB PRIMARY KEY,
    state      BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

ALTER TABLE audit ADD COLUMN actor_id BLOB;
ALTER TABLE audit ADD COLUMN officer_id BLOB;
ALTER TABLE audit ADD COLUMN form BLOB;
