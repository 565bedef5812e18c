-- Where a key may be used from: addresses and networks; anywhere if the list is empty.
ALTER TABLE keys ADD COLUMN ip_allow TEXT NOT NULL DEFAULT '[]';

-- What people said of a model. NULL: as the program's own catalogue has it.
ALTER TABLE models ADD COLUMN owner TEXT;
ALTER TABLE models ADD COLUMN kind TEXT;
ALTER TABLE models ADD COLUMN capabilities TEXT;
ALTER TABLE models ADD COLUMN context INTEGER CHECK (context > 0);
ALTER TABLE models ADD COLUMN max_output INTEGER CHECK (max_output > 0);

CREATE TABLE model_aliases (
    alias    TEXT    NOT NULL PRIMARY KEY,
    model_id INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE
);

CREATE INDEX model_aliases_by_model ON model_aliases (model_id);

-- Providers of one's own, and what was changed of the built-in ones, which are data in the program.
CREATE TABLE providers (
    slug        TEXT    NOT NULL PRIMARY KEY,
    -- Whether it is a change of a built-in one; such a row has NULL where the built-in holds.
    builtin     INTEGER NOT NULL CHECK (builtin IN (0, 1)),
    name        TEXT,
    base_url    TEXT,
    website     TEXT,
    keys_url    TEXT,
    auth        TEXT    NOT NULL DEFAULT 'bearer' CHECK (auth IN ('bearer', 'header')),
    auth_header TEXT,
    needs_key   INTEGER NOT NULL DEFAULT 1 CHECK (needs_key IN (0, 1)),
    local       INTEGER NOT NULL DEFAULT 0 CHECK (local IN (0, 1)),
    enabled     INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    CHECK (builtin = 1 OR (name IS NOT NULL AND base_url IS NOT NULL))
);
