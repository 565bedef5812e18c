-- What was asked and answered, where a key says that it is kept: zstd, then sealed for its request.
CREATE TABLE request_bodies (
    request_id  TEXT    NOT NULL,
    direction   TEXT    NOT NULL CHECK (direction IN ('request', 'answer')),
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    -- As long as it was.
    whole_bytes INTEGER NOT NULL,
    -- Only its beginning is kept.
    cut         INTEGER NOT NULL CHECK (cut IN (0, 1)),
    sealed      BLOB    NOT NULL,
    sealed_bytes INTEGER NOT NULL,
    PRIMARY KEY (request_id, direction)
);

-- How much all of them take, without reading any.
CREATE INDEX request_bodies_sizes ON request_bodies (request_id, sealed_bytes);
CREATE INDEX request_bodies_by_user ON request_bodies (user_id);

ALTER TABLE keys ADD COLUMN bodies INTEGER NOT NULL DEFAULT 0 CHECK (bodies IN (0, 1));
