-- What may be spent. Whose it is: of these three at most one; the whole gateway's if none.
CREATE TABLE budgets (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    key_id       INTEGER UNIQUE REFERENCES keys (id) ON DELETE CASCADE,
    user_id      INTEGER UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    group_name   TEXT    UNIQUE REFERENCES groups (name) ON DELETE CASCADE ON UPDATE CASCADE,
    period       TEXT    NOT NULL CHECK (period IN ('total', 'daily', 'weekly', 'monthly')),
    limit_nusd   INTEGER NOT NULL CHECK (limit_nusd >= 0),
    warn_percent INTEGER CHECK (warn_percent BETWEEN 1 AND 100),
    created_at   INTEGER NOT NULL,
    CHECK ((key_id IS NULL AND user_id IS NULL)
        OR (key_id IS NULL AND group_name IS NULL)
        OR (user_id IS NULL AND group_name IS NULL))
);

CREATE UNIQUE INDEX budgets_of_gateway ON budgets (COALESCE(key_id, user_id, 0))
    WHERE key_id IS NULL AND user_id IS NULL AND group_name IS NULL;

-- What of a budget is gone, by its times. Only the ledger writes it, and only by adding.
CREATE TABLE budget_windows (
    budget_id     INTEGER NOT NULL REFERENCES budgets (id) ON DELETE CASCADE,
    -- The time's first millisecond; 0 for one that never ends.
    starts_at     INTEGER NOT NULL,
    used_nusd     INTEGER NOT NULL,
    -- Held for requests that are open.
    reserved_nusd INTEGER NOT NULL,
    -- Part of what is used: by requests whose rows are gone.
    pruned_nusd   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (budget_id, starts_at)
) WITHOUT ROWID;

-- The windows that a request is charged to, as `[[budget, window], …]`, and what it holds or held of each while it was open.
ALTER TABLE requests ADD COLUMN budgets TEXT;
ALTER TABLE requests ADD COLUMN reserved_nusd INTEGER NOT NULL DEFAULT 0;
-- Tokens of a running answer as they were last counted: what is charged if the gateway is killed.
ALTER TABLE requests ADD COLUMN counted_tokens INTEGER NOT NULL DEFAULT 0;

-- How fast they may go: a JSON object as the API has it.
ALTER TABLE keys ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
ALTER TABLE groups ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
