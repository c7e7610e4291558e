-- What a merchant sells and taxes, whom it knows, and the pictures it gave us.

CREATE TABLE product (
	id           TEXT  NOT NULL PRIMARY KEY,
	merchant_id  TEXT  NOT NULL,
	name         TEXT  NOT NULL,
	description  TEXT  NOT NULL,
	currency     TEXT  NOT NULL,
	amount       INT64 NOT NULL CHECK (amount > 0),
	active       INT64 NOT NULL CHECK (active IN (0, 1)),
	images       TEXT  NOT NULL, -- JSON or empty
	metadata     TEXT  NOT NULL, -- JSON or empty
	dialect      TEXT  NOT NULL,
	foreign_json TEXT  NOT NULL,
	created_at   INT64 NOT NULL,
	updated_at   INT64 NOT NULL,
	removed_at   INT64 NOT NULL
);
CREATE INDEX product_merchant ON product (merchant_id, id) WHERE removed_at = 0;

CREATE TABLE tax (
	id           TEXT  NOT NULL PRIMARY KEY,
	merchant_id  TEXT  NOT NULL,
	name         TEXT  NOT NULL,
	description  TEXT  NOT NULL,
	percent      INT64 NOT NULL CHECK (percent BETWEEN 0 AND 1000000), -- ten-thousandths of a percent
	active       INT64 NOT NULL CHECK (active IN (0, 1)),
	dialect      TEXT  NOT NULL,
	foreign_json TEXT  NOT NULL,
	created_at   INT64 NOT NULL,
	updated_at   INT64 NOT NULL,
	removed_at   INT64 NOT NULL
);
CREATE INDEX tax_merchant ON tax (merchant_id, id) WHERE removed_at = 0;

CREATE TABLE customer (
	id           TEXT  NOT NULL PRIMARY KEY,
	merchant_id  TEXT  NOT NULL,
	email_key    TEXT  NOT NULL, -- the address in small letters
	payer        TEXT  NOT NULL, -- JSON
	company      TEXT  NOT NULL,
	metadata     TEXT  NOT NULL, -- JSON or empty
	dialect      TEXT  NOT NULL,
	foreign_json TEXT  NOT NULL,
	created_at   INT64 NOT NULL,
	updated_at   INT64 NOT NULL,
	removed_at   INT64 NOT NULL
);
CREATE INDEX customer_merchant ON customer (merchant_id, id) WHERE removed_at = 0;
CREATE UNIQUE INDEX customer_email ON customer (merchant_id, email_key) WHERE email_key <> '' AND removed_at = 0;

CREATE TABLE file (
	id          TEXT  NOT NULL PRIMARY KEY,
	merchant_id TEXT  NOT NULL,
	type        TEXT  NOT NULL,
	bytes       BYTES NOT NULL,
	created_at  INT64 NOT NULL
);

ALTER TABLE link ADD COLUMN customer_id TEXT NOT NULL DEFAULT '';
CREATE INDEX link_customer ON link (merchant_id, customer_id, id) WHERE customer_id <> '';
