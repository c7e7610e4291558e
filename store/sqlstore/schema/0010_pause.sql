-- A link can rest, and tells when its merchant last changed it.

ALTER TABLE link ADD COLUMN paused INT64 NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
ALTER TABLE link ADD COLUMN updated_at INT64 NOT NULL DEFAULT 0;
UPDATE link SET updated_at = CASE WHEN closed_at > 0 THEN closed_at ELSE created_at END;
