-- The tax register comes as a whole. It is loaded into the table that does not serve, however long that takes, and taken into use by
-- one change of `serving`: 1 is tax_register, 2 is tax_register_second.
CREATE TABLE tax_register_second (
    ruc   INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,
    word  TEXT NOT NULL,
    since TEXT NOT NULL
);

CREATE TABLE tax_register_state (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    serving  INTEGER NOT NULL,
    -- Rows of the one that serves, the digest of its contents (NULL: not known), and when it was taken into use.
    size     INTEGER NOT NULL,
    digest   BLOB,
    taken_at INTEGER,
    -- The latest that began to load the other one. Whoever has an earlier number may not go on.
    attempt  INTEGER NOT NULL
);
INSERT INTO tax_register_state (id, serving, size, attempt) VALUES (1, 1, (SELECT count(*) FROM tax_register), 0);
