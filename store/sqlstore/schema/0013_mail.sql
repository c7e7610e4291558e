-- Links that were sent to people, and letters on their way. A letter has no text: it
-- is written from the rows that it names when it is sent.

ALTER TABLE merchant ADD COLUMN footer TEXT NOT NULL DEFAULT '';

CREATE TABLE share (
	id            TEXT  NOT NULL PRIMARY KEY,
	link_id       TEXT  NOT NULL REFERENCES link (id),
	merchant_id   TEXT  NOT NULL,
	method        TEXT  NOT NULL,
	recipients    TEXT  NOT NULL, -- JSON
	message       TEXT  NOT NULL,
	merchant_copy INT64 NOT NULL CHECK (merchant_copy IN (0, 1)),
	foreign_id    TEXT  NOT NULL,
	created_at    INT64 NOT NULL
);
CREATE INDEX share_link ON share (link_id, id);
CREATE INDEX share_merchant ON share (merchant_id, id);
CREATE UNIQUE INDEX share_foreign ON share (merchant_id, foreign_id) WHERE foreign_id <> '';

-- The recipients once more, to find links and shares by them.
CREATE TABLE share_recipient (
	share_id    TEXT  NOT NULL REFERENCES share (id),
	n           INT64 NOT NULL,
	link_id     TEXT  NOT NULL,
	merchant_id TEXT  NOT NULL,
	name        TEXT  NOT NULL,
	email       TEXT  NOT NULL, -- in small letters
	PRIMARY KEY (share_id, n)
) NARROW;
CREATE INDEX share_recipient_email ON share_recipient (merchant_id, email, name, link_id, share_id);
CREATE INDEX share_recipient_name ON share_recipient (merchant_id, name, link_id, share_id);

CREATE TABLE mail (
	id            TEXT  NOT NULL PRIMARY KEY,
	merchant_id   TEXT  NOT NULL,
	kind          TEXT  NOT NULL,
	link_id       TEXT  NOT NULL REFERENCES link (id),
	payment_id    TEXT  NOT NULL,
	share_id      TEXT  NOT NULL,
	recipient     TEXT  NOT NULL,
	recipient_key TEXT  NOT NULL, -- the same in small letters
	name          TEXT  NOT NULL,
	language      TEXT  NOT NULL,
	state         TEXT  NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'cancelled')),
	tries         INT64 NOT NULL,
	next_at       INT64 NOT NULL,
	lease_till    INT64 NOT NULL,
	last_error    TEXT  NOT NULL,
	message_id    TEXT  NOT NULL,
	created_at    INT64 NOT NULL,
	done_at       INT64 NOT NULL
) NARROW;
CREATE INDEX mail_due ON mail (next_at, id) WHERE next_at > 0;
CREATE INDEX mail_merchant ON mail (merchant_id, id);
CREATE INDEX mail_link ON mail (link_id, id);
CREATE INDEX mail_share ON mail (share_id, id) WHERE share_id <> '';
-- The last belt against two receipts for one payment.
CREATE UNIQUE INDEX mail_payment ON mail (payment_id, kind) WHERE payment_id <> '';
CREATE INDEX mail_payment_list ON mail (payment_id, id) WHERE payment_id <> '';
-- How many went out lately, by whom and to whom.
CREATE INDEX mail_sender ON mail (merchant_id, kind, created_at);
CREATE INDEX mail_recipient ON mail (recipient_key, kind, created_at);
