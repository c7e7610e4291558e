-- Offers, their names, what is owed, and the keys under which they were made.
--
-- The parents that every row of a busy merchant shares (merchant, terminal) are
-- not foreign keys from here on: PostgreSQL would take a share lock on the one
-- merchant's row in every transaction of every payer. Nothing is ever deleted,
-- so there is nothing that such a key would catch.

CREATE TABLE link (
	id           TEXT  NOT NULL PRIMARY KEY,
	merchant_id  TEXT  NOT NULL,
	terminal_id  TEXT  NOT NULL,
	partner_id   TEXT  NOT NULL,
	state        TEXT  NOT NULL CHECK (state IN ('open', 'closed')),
	version      INT64 NOT NULL,
	price        TEXT  NOT NULL, -- JSON
	schedule     TEXT  NOT NULL, -- JSON or empty
	hold         INT64 NOT NULL CHECK (hold IN (0, 1)),
	save_it      INT64 NOT NULL CHECK (save_it IN (0, 1)),
	instrument   TEXT  NOT NULL,
	scope        TEXT  NOT NULL,
	reference    TEXT  NOT NULL,
	max_uses     INT64 NOT NULL CHECK (max_uses >= 0),
	reserved     INT64 NOT NULL CHECK (reserved >= 0),
	succeeded    INT64 NOT NULL CHECK (succeeded >= 0),
	redirect_url TEXT  NOT NULL,
	page         TEXT  NOT NULL, -- JSON
	dialect      TEXT  NOT NULL,
	foreign_json TEXT  NOT NULL, -- another API's own fields, given back and never queried
	metadata     TEXT  NOT NULL, -- JSON or empty
	created_at   INT64 NOT NULL,
	expires_at   INT64 NOT NULL,
	closed_at    INT64 NOT NULL,
	close_reason TEXT  NOT NULL,
	-- The last belt against selling a slot twice; the till counts surplus apart.
	CHECK (max_uses = 0 OR reserved + succeeded <= max_uses)
);
CREATE INDEX link_merchant ON link (merchant_id, id);
CREATE INDEX link_reference ON link (merchant_id, reference, id) WHERE reference <> '';
CREATE INDEX link_closed ON link (merchant_id, id) WHERE state = 'closed';

CREATE TABLE address (
	kind       TEXT  NOT NULL,
	value      TEXT  NOT NULL,
	link_id    TEXT  NOT NULL REFERENCES link (id),
	created_at INT64 NOT NULL,
	retired_at INT64 NOT NULL,
	PRIMARY KEY (kind, value)
) NARROW;
CREATE INDEX address_link ON address (link_id);

CREATE TABLE debt (
	scope     TEXT  NOT NULL,
	reference TEXT  NOT NULL,
	reserved  INT64 NOT NULL CHECK (reserved >= 0),
	paid      INT64 NOT NULL CHECK (paid >= 0),
	PRIMARY KEY (scope, reference)
) NARROW;

CREATE TABLE claim (
	scope       TEXT  NOT NULL,
	key         TEXT  NOT NULL,
	fingerprint TEXT  NOT NULL,
	status      INT64 NOT NULL,
	body        BYTES NOT NULL,
	object_id   TEXT  NOT NULL,
	created_at  INT64 NOT NULL,
	PRIMARY KEY (scope, key)
) NARROW;
