-- What requests came to, by the hour in which they began: what the dashboard adds up. A row of `requests` is counted in the
-- transaction that settles it, once; every column but the key is a sum, so that hours, channels or nodes can be added.
CREATE TABLE usage_hourly (
    -- The hour's first millisecond.
    hour               INTEGER NOT NULL,
    user_id            INTEGER NOT NULL,
    key_id             INTEGER NOT NULL,
    model              TEXT    NOT NULL,
    -- 0: no channel was asked.
    channel_id         INTEGER NOT NULL,
    requests           INTEGER NOT NULL,
    -- Failed, interrupted, or refused by a fault of the gateway's own (status from 500 on).
    failed             INTEGER NOT NULL,
    cancelled          INTEGER NOT NULL,
    rejected           INTEGER NOT NULL,
    -- More than one attempt.
    retried            INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    reasoning_tokens   INTEGER NOT NULL,
    cost_nusd          INTEGER NOT NULL,
    -- Sum and number of the times to the first token, then how many of them took up to so many ms and longer than the step before.
    ttft_ms            INTEGER NOT NULL,
    ttft_count         INTEGER NOT NULL,
    -- Of requests that were answered to their end.
    duration_ms        INTEGER NOT NULL,
    duration_count     INTEGER NOT NULL,
    ttft_100           INTEGER NOT NULL,
    ttft_200           INTEGER NOT NULL,
    ttft_300           INTEGER NOT NULL,
    ttft_450           INTEGER NOT NULL,
    ttft_700           INTEGER NOT NULL,
    ttft_1000          INTEGER NOT NULL,
    ttft_1500          INTEGER NOT NULL,
    ttft_2200          INTEGER NOT NULL,
    ttft_3500          INTEGER NOT NULL,
    ttft_6000          INTEGER NOT NULL,
    ttft_12000         INTEGER NOT NULL,
    ttft_30000         INTEGER NOT NULL,
    ttft_more          INTEGER NOT NULL,
    PRIMARY KEY (hour, user_id, key_id, model, channel_id)
) WITHOUT ROWID;

CREATE INDEX usage_hourly_by_user ON usage_hourly (user_id, hour);

INSERT INTO usage_hourly
SELECT created_at - created_at % 3600000, user_id, key_id, model, COALESCE(channel_id, 0),
    COUNT(*),
    SUM(state IN ('failed', 'interrupted') OR (state = 'rejected' AND COALESCE(status, 0) >= 500)),
    SUM(state = 'cancelled'),
    SUM(state = 'rejected'),
    SUM(json_array_length(attempts) > 1),
    SUM(input_tokens), SUM(output_tokens), SUM(cache_read_tokens), SUM(cache_write_tokens), SUM(reasoning_tokens),
    SUM(cost_nusd),
    COALESCE(SUM(ttft_ms), 0), COUNT(ttft_ms),
    COALESCE(SUM(CASE WHEN state = 'done' THEN duration_ms END), 0), COUNT(CASE WHEN state = 'done' THEN duration_ms END),
    COALESCE(SUM(ttft_ms <= 100), 0),
    COALESCE(SUM(ttft_ms > 100 AND ttft_ms <= 200), 0),
    COALESCE(SUM(ttft_ms > 200 AND ttft_ms <= 300), 0),
    COALESCE(SUM(ttft_ms > 300 AND ttft_ms <= 450), 0),
    COALESCE(SUM(ttft_ms > 450 AND ttft_ms <= 700), 0),
    COALESCE(SUM(ttft_ms > 700 AND ttft_ms <= 1000), 0),
    COALESCE(SUM(ttft_ms > 1000 AND ttft_ms <= 1500), 0),
    COALESCE(SUM(ttft_ms > 1500 AND ttft_ms <= 2200), 0),
    COALESCE(SUM(ttft_ms > 2200 AND ttft_ms <= 3500), 0),
    COALESCE(SUM(ttft_ms > 3500 AND ttft_ms <= 6000), 0),
    COALESCE(SUM(ttft_ms > 6000 AND ttft_ms <= 12000), 0),
    COALESCE(SUM(ttft_ms > 12000 AND ttft_ms <= 30000), 0),
    COALESCE(SUM(ttft_ms > 30000), 0)
FROM requests WHERE state <> 'open'
GROUP BY 1, 2, 3, 4, 5;
