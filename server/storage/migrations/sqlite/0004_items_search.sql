-- What items are searched by: id and name, in lower case. Folded by the program, since SQLite folds ASCII alone; what
-- is there already is folded as far as SQLite can, and anew with the item's next change.
ALTER TABLE items ADD COLUMN search TEXT NOT NULL DEFAULT '';

UPDATE items SET search = lower(id || char(10) || name);
