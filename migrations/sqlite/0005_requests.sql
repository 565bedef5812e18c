-- The ledger's commits are paid by the trees that a row stands in. The rows themselves now stand in the tree of their ids, and the
-- tree of states holds what isn't done: a request that is written with its settlement never enters it.
CREATE TABLE requests_by_id (
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
) WITHOUT ROWID;

INSERT INTO requests_by_id (
    id, created_at, user_id, key_id, key_name, model, endpoint, dialect, stream, client_ip, user_agent, input_estimate,
    state, status, channel_id, channel_name, upstream_model, attempts, input_tokens, output_tokens, cache_read_tokens,
    cache_write_tokens, reasoning_tokens, estimated, cost_nusd, ttft_ms, duration_ms, error
)
SELECT
    id, created_at, user_id, key_id, key_name, model, endpoint, dialect, stream, client_ip, user_agent, input_estimate,
    state, status, channel_id, channel_name, upstream_model, attempts, input_tokens, output_tokens, cache_read_tokens,
    cache_write_tokens, reasoning_tokens, estimated, cost_nusd, ttft_ms, duration_ms, error
FROM requests ORDER BY id;

DROP TABLE requests;
ALTER TABLE requests_by_id RENAME TO requests;

CREATE INDEX requests_by_model ON requests (model, id);
CREATE INDEX requests_by_key ON requests (key_id, id);
CREATE INDEX requests_by_user ON requests (user_id, id);
CREATE INDEX requests_by_channel ON requests (channel_id, id);
-- A query uses it where it says `state <> 'done'` in these words.
CREATE INDEX requests_by_state ON requests (state, id) WHERE state <> 'done';
