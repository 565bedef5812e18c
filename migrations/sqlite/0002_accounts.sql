ALTER TABLE users ADD COLUMN last_seen_at INTEGER;

ALTER TABLE sessions ADD COLUMN client_ip TEXT;
ALTER TABLE sessions ADD COLUMN user_agent TEXT;

-- Personal tokens: what a person's scripts present to the console's API.
CREATE TABLE tokens (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    -- SHA-256 of the token; the token itself is nowhere.
    token_hash   BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    last4        TEXT    NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    created_at   INTEGER NOT NULL
);

CREATE INDEX tokens_by_user ON tokens (user_id);

-- Who changed what. Refers to nothing: what it tells stays true when the person or the thing is deleted.
CREATE TABLE audit (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    -- NULL if nobody was signed in.
    user_id      INTEGER,
    username     TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    subject_id   TEXT,
    subject_name TEXT    NOT NULL,
    -- JSON objects, as the API shows the thing; of a change only the members that differ.
    before       TEXT,
    after        TEXT,
    client_ip    TEXT
);

CREATE INDEX audit_by_user ON audit (user_id, id);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_action ON audit (action, id);
