-- APIs promise different lives to their idempotency keys: Payroc 7 days.

ALTER TABLE claim ADD COLUMN life INT64 NOT NULL DEFAULT 86400000000; -- microseconds; a day
