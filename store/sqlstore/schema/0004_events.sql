-- What merchants must hear, where they hear it, and how the telling went.

CREATE TABLE event (
	id          TEXT  NOT NULL PRIMARY KEY,
	merchant_id TEXT  NOT NULL,
	type        TEXT  NOT NULL,
	object_id   TEXT  NOT NULL,
	version     INT64 NOT NULL,
	body        BYTES NOT NULL, -- frozen: every delivery sends these bytes
	created_at  INT64 NOT NULL
);
CREATE INDEX event_merchant ON event (merchant_id, id);
CREATE INDEX event_type ON event (merchant_id, type, id);
CREATE INDEX event_object ON event (object_id, id);

CREATE TABLE endpoint (
	id               TEXT  NOT NULL PRIMARY KEY,
	merchant_id      TEXT  NOT NULL,
	url              TEXT  NOT NULL,
	description      TEXT  NOT NULL,
	types            TEXT  NOT NULL, -- JSON or empty: all
	secret           BYTES NOT NULL, -- sealed by the till
	old_secret       BYTES NOT NULL,
	old_secret_until INT64 NOT NULL,
	disabled         INT64 NOT NULL CHECK (disabled IN (0, 1)),
	disabled_reason  TEXT  NOT NULL,
	failing_since    INT64 NOT NULL,
	created_at       INT64 NOT NULL,
	removed_at       INT64 NOT NULL
) NARROW;
CREATE INDEX endpoint_merchant ON endpoint (merchant_id, id) WHERE removed_at = 0;

CREATE TABLE delivery (
	id          TEXT  NOT NULL PRIMARY KEY,
	event_id    TEXT  NOT NULL REFERENCES event (id),
	event_type  TEXT  NOT NULL,
	endpoint_id TEXT  NOT NULL REFERENCES endpoint (id),
	merchant_id TEXT  NOT NULL,
	state       TEXT  NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'cancelled')),
	tries       INT64 NOT NULL,
	next_at     INT64 NOT NULL,
	lease_till  INT64 NOT NULL,
	last_status INT64 NOT NULL,
	last_error  TEXT  NOT NULL,
	created_at  INT64 NOT NULL,
	done_at     INT64 NOT NULL
) NARROW;
CREATE INDEX delivery_merchant ON delivery (merchant_id, id);
CREATE INDEX delivery_state ON delivery (merchant_id, state, id);
CREATE INDEX delivery_event ON delivery (event_id, id);
CREATE INDEX delivery_endpoint ON delivery (endpoint_id, id);
CREATE INDEX delivery_due ON delivery (endpoint_id, next_at, id) WHERE next_at > 0;

CREATE TABLE delivery_try (
	delivery_id TEXT  NOT NULL REFERENCES delivery (id),
	n           INT64 NOT NULL CHECK (n > 0),
	at          INT64 NOT NULL,
	took        INT64 NOT NULL, -- nanoseconds
	status      INT64 NOT NULL,
	error       TEXT  NOT NULL,
	answer      TEXT  NOT NULL,
	PRIMARY KEY (delivery_id, n)
);
