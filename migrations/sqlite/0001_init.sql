-- Flags are INTEGER 0/1, times integer milliseconds UTC, lists and maps JSON in TEXT.

CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE groups (
    name           TEXT    NOT NULL PRIMARY KEY,
    -- What a request costs, in parts per million of the price.
    multiplier_ppm INTEGER NOT NULL DEFAULT 1000000 CHECK (multiplier_ppm >= 0),
    created_at     INTEGER NOT NULL
);

INSERT INTO groups (name, created_at) VALUES ('default', 0);

CREATE TABLE users (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    username      TEXT    NOT NULL,
    display_name  TEXT    NOT NULL,
    -- PHC string.
    password_hash TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    group_name    TEXT    NOT NULL DEFAULT 'default' REFERENCES groups (name),
    enabled       INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
);

CREATE UNIQUE INDEX users_by_username ON users (lower(username));

CREATE TABLE sessions (
    -- SHA-256 of the token; the token itself is nowhere.
    token_hash   BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE keys (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    public_id    TEXT    NOT NULL UNIQUE CHECK (length(public_id) = 10),
    -- HMAC-SHA256 of the secret.
    mac          BLOB    NOT NULL CHECK (length(mac) = 32),
    last4        TEXT    NOT NULL,
    status       TEXT    NOT NULL DEFAULT 'enabled' CHECK (status IN ('enabled', 'disabled')),
    expires_at   INTEGER,
    models       TEXT    NOT NULL DEFAULT '[]',
    group_name   TEXT    NOT NULL DEFAULT 'default' REFERENCES groups (name),
    last_used_at INTEGER,
    created_at   INTEGER NOT NULL
);

CREATE INDEX keys_by_user ON keys (user_id);

CREATE TABLE channels (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL UNIQUE,
    -- Slug; the built-in providers are data in the program.
    provider      TEXT    NOT NULL,
    base_url      TEXT,
    models        TEXT    NOT NULL,
    model_mapping TEXT    NOT NULL DEFAULT '{}',
    groups        TEXT    NOT NULL DEFAULT '["default"]',
    priority      INTEGER NOT NULL DEFAULT 0,
    weight        INTEGER NOT NULL DEFAULT 100 CHECK (weight > 0),
    status        TEXT    NOT NULL DEFAULT 'enabled' CHECK (status IN ('enabled', 'disabled')),
    test_model    TEXT,
    last_test     TEXT,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
);

CREATE TABLE channel_keys (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    channel_id  INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    sealed      BLOB    NOT NULL,
    last4       TEXT    NOT NULL,
    -- Keyed, so that it tells equal keys apart but can't be guessed without the master key.
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 32),
    created_at  INTEGER NOT NULL,
    UNIQUE (channel_id, fingerprint)
);

CREATE TABLE models (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    status     TEXT    NOT NULL DEFAULT 'enabled' CHECK (status IN ('enabled', 'disabled')),
    created_at INTEGER NOT NULL
);

-- The ledger and the log. Refers to nothing: what it tells stays true when a channel, a key or a user is deleted.
CREATE TABLE requests (
    id                 TEXT    NOT NULL PRIMARY KEY,
    created_at         INTEGER NOT NULL,
    user_id            INTEGER NOT NULL,
    key_id             INTEGER NOT NULL,
    key_name           TEXT    NOT NULL,
    model              TEXT    NOT NULL,
    endpoint           TEXT    NOT NULL,
    dialect            TEXT    NOT NULL,
    stream             INTEGER NOT NULL CHECK (stream IN (0, 1)),
    client_ip          TEXT,
    user_agent         TEXT,
    input_estimate     INTEGER NOT NULL CHECK (input_estimate >= 0),
    state              TEXT    NOT NULL
        CHECK (state IN ('open', 'done', 'failed', 'cancelled', 'interrupted', 'rejected')),
    status             INTEGER,
    channel_id         INTEGER,
    channel_name       TEXT,
    upstream_model     TEXT,
    attempts           TEXT    NOT NULL DEFAULT '[]',
    input_tokens       INTEGER NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    output_tokens      INTEGER NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
    cache_read_tokens  INTEGER NOT NULL DEFAULT 0 CHECK (cache_read_tokens >= 0),
    cache_write_tokens INTEGER NOT NULL DEFAULT 0 CHECK (cache_write_tokens >= 0),
    reasoning_tokens   INTEGER NOT NULL DEFAULT 0 CHECK (reasoning_tokens >= 0),
    estimated          INTEGER NOT NULL DEFAULT 0 CHECK (estimated IN (0, 1)),
    cost_nusd          INTEGER NOT NULL DEFAULT 0 CHECK (cost_nusd >= 0),
    ttft_ms            INTEGER,
    duration_ms        INTEGER,
    error              TEXT
);

-- Ids grow with time, so each of these also gives its rows in the order of the log.
CREATE INDEX requests_by_model ON requests (model, id);
CREATE INDEX requests_by_key ON requests (key_id, id);
CREATE INDEX requests_by_user ON requests (user_id, id);
CREATE INDEX requests_by_channel ON requests (channel_id, id);
CREATE INDEX requests_by_state ON requests (state, id);
