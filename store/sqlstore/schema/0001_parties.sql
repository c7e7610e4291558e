-- Who is paid, who may act for them, and how they prove it.
--
-- INT64 and BYTES stand for the engine's type; NARROW for SQLite's WITHOUT
-- ROWID, which suits short rows. Times are microseconds since 1970 in UTC, 0
-- where there is none; truth is 0 or 1. See engine.go.

CREATE TABLE merchant (
	id         TEXT  NOT NULL PRIMARY KEY,
	name       TEXT  NOT NULL,
	email      TEXT  NOT NULL,
	url        TEXT  NOT NULL,
	country    TEXT  NOT NULL,
	created_at INT64 NOT NULL
) NARROW;

CREATE TABLE terminal (
	id          TEXT  NOT NULL PRIMARY KEY,
	merchant_id TEXT  NOT NULL REFERENCES merchant (id),
	name        TEXT  NOT NULL,
	gateway     TEXT  NOT NULL,
	account     TEXT  NOT NULL,
	currency    TEXT  NOT NULL,
	methods     TEXT  NOT NULL, -- JSON
	foreign_id  TEXT  NOT NULL,
	created_at  INT64 NOT NULL
) NARROW;
CREATE INDEX terminal_merchant ON terminal (merchant_id, created_at, id);
CREATE UNIQUE INDEX terminal_foreign ON terminal (foreign_id) WHERE foreign_id <> '';

CREATE TABLE partner (
	id         TEXT  NOT NULL PRIMARY KEY,
	name       TEXT  NOT NULL,
	created_at INT64 NOT NULL
) NARROW;

CREATE TABLE partner_merchant (
	partner_id  TEXT NOT NULL REFERENCES partner (id),
	merchant_id TEXT NOT NULL REFERENCES merchant (id),
	PRIMARY KEY (partner_id, merchant_id)
) NARROW;

CREATE TABLE credential (
	id          TEXT  NOT NULL PRIMARY KEY,
	dialect     TEXT  NOT NULL,
	kind        TEXT  NOT NULL,
	lookup      TEXT  NOT NULL,
	hash        TEXT  NOT NULL,
	hint        TEXT  NOT NULL,
	merchant_id TEXT  NOT NULL,
	partner_id  TEXT  NOT NULL,
	created_at  INT64 NOT NULL,
	revoked_at  INT64 NOT NULL
) NARROW;
CREATE UNIQUE INDEX credential_lookup ON credential (dialect, kind, lookup);
CREATE INDEX credential_owner ON credential (merchant_id, partner_id, id);

CREATE TABLE access_token (
	hash          TEXT  NOT NULL PRIMARY KEY,
	dialect       TEXT  NOT NULL,
	credential_id TEXT  NOT NULL,
	partner_id    TEXT  NOT NULL,
	merchant_id   TEXT  NOT NULL,
	single        INT64 NOT NULL CHECK (single IN (0, 1)),
	created_at    INT64 NOT NULL,
	expires_at    INT64 NOT NULL,
	spent_at      INT64 NOT NULL
) NARROW;

CREATE TABLE scope (
	name TEXT  NOT NULL PRIMARY KEY,
	once INT64 NOT NULL CHECK (once IN (0, 1))
) NARROW;

CREATE TABLE instrument (
	id          TEXT  NOT NULL PRIMARY KEY,
	merchant_id TEXT  NOT NULL,
	gateway     TEXT  NOT NULL,
	account     TEXT  NOT NULL,
	foreign_id  TEXT  NOT NULL,
	token       TEXT  NOT NULL, -- the gateway's name for it, never a card number
	method      TEXT  NOT NULL,
	brand       TEXT  NOT NULL,
	last4       TEXT  NOT NULL,
	exp_month   INT64 NOT NULL,
	exp_year    INT64 NOT NULL,
	payment_id  TEXT  NOT NULL,
	created_at  INT64 NOT NULL
) NARROW;
CREATE INDEX instrument_foreign ON instrument (merchant_id, foreign_id, id) WHERE foreign_id <> '';
