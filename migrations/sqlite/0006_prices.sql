-- What models cost, and since when. A row never changes: a new price is another row. Refers to nothing: requests were charged by it.
CREATE TABLE prices (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    model_id   INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    source     TEXT    NOT NULL CHECK (source IN ('user', 'catalogue')),
    -- The catalogue's date.
    catalogue  TEXT,
    -- JSON, as the API has it. NULL: from here on people say nothing.
    pricing    TEXT,
    created_at INTEGER NOT NULL,
    CHECK (source = 'user' OR (pricing IS NOT NULL AND catalogue IS NOT NULL))
);

CREATE INDEX prices_by_model ON prices (model_id, valid_from);

ALTER TABLE requests ADD COLUMN cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN input_audio_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN input_image_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN output_audio_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN images INTEGER NOT NULL DEFAULT 0;
-- The provider sent numbers that can't be true.
ALTER TABLE requests ADD COLUMN anomalous INTEGER NOT NULL DEFAULT 0;
-- What it is charged by. NULL: its model has no price.
ALTER TABLE requests ADD COLUMN price_id INTEGER;
-- Of its key's group when it came.
ALTER TABLE requests ADD COLUMN multiplier_ppm INTEGER NOT NULL DEFAULT 1000000;
-- It used something that nobody said the price of.
ALTER TABLE requests ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;
-- The lines that cost_nusd is the sum of: a JSON list of [class, quantity, nano-USD per million or each, nano-USD].
ALTER TABLE requests ADD COLUMN bill TEXT;

ALTER TABLE usage_hourly ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;
