-- When requests first came to so much of a window that its budget's owner wants to know.
ALTER TABLE budget_windows ADD COLUMN warned_at INTEGER;

-- What becomes of an answer whose client has left.
ALTER TABLE channels ADD COLUMN on_disconnect TEXT NOT NULL DEFAULT 'cancel' CHECK (on_disconnect IN ('cancel', 'drain'));

-- Whether providers are told the most output that was estimated.
ALTER TABLE keys ADD COLUMN strict INTEGER NOT NULL DEFAULT 0 CHECK (strict IN (0, 1));
