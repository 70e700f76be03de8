-- A decoy's resends draw on the budget of what was typed, which is not kept: as those of a real one do.
ALTER TABLE recovery ADD COLUMN codes_budget BLOB;
