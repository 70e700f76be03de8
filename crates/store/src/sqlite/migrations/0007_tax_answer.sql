-- What the tax authority answered to a query, one row a RUC. It is kept apart from the imported register and joined when it is read.
CREATE TABLE tax_answer (
    ruc          INTEGER PRIMARY KEY,
    -- NULL until it has answered once.
    state        INTEGER,
    word         TEXT NOT NULL DEFAULT '',
    since        TEXT NOT NULL DEFAULT '',
    answered_at  INTEGER,
    -- One query at a time; and after one that failed, none for a while.
    asking_until INTEGER,
    paused_until INTEGER
);
