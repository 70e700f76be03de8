-- `audit` holds entries from the transaction of what they tell until they are sealed: for a second or so.
ALTER TABLE audit ADD COLUMN case_id BLOB;
ALTER TABLE audit ADD COLUMN reason TEXT;
-- Personal data beside the employer, as a canonical JSON object.
ALTER TABLE audit ADD COLUMN personal TEXT;

-- The log: one canonical line an entry, whose bytes are a leaf of the tree; place = its index, without gaps.
CREATE TABLE audit_entry (
    place INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    line  TEXT NOT NULL
);

-- What opens the personal data of an entry, wrapped by the key ring. Gone when retention has ended.
CREATE TABLE audit_key (
    place   INTEGER PRIMARY KEY,
    wrapped BLOB NOT NULL
);

-- The hashes of the tree in tiles of up to 256 (C2SP tlog-tiles).
CREATE TABLE audit_tile (
    level  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, number)
);

-- Signed notes; the newest one's size is the size of the log.
CREATE TABLE audit_checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
);
