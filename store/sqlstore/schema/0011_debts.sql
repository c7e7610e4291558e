-- Debts that merchants made, and numbers for APIs that name things by integers.

ALTER TABLE debt ADD COLUMN id TEXT NOT NULL DEFAULT ''; -- empty: a mere name
ALTER TABLE debt ADD COLUMN merchant_id TEXT NOT NULL DEFAULT '';
ALTER TABLE debt ADD COLUMN customer_id TEXT NOT NULL DEFAULT '';
ALTER TABLE debt ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE debt ADD COLUMN amount INT64 NOT NULL DEFAULT 0 CHECK (id = '' OR amount > 0);
ALTER TABLE debt ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE debt ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE debt ADD COLUMN due_on TEXT NOT NULL DEFAULT ''; -- YYYY-MM-DD
ALTER TABLE debt ADD COLUMN payment_id TEXT NOT NULL DEFAULT '';
ALTER TABLE debt ADD COLUMN version INT64 NOT NULL DEFAULT 0;
ALTER TABLE debt ADD COLUMN metadata TEXT NOT NULL DEFAULT ''; -- JSON or empty
ALTER TABLE debt ADD COLUMN dialect TEXT NOT NULL DEFAULT '';
ALTER TABLE debt ADD COLUMN foreign_json TEXT NOT NULL DEFAULT '';
ALTER TABLE debt ADD COLUMN created_at INT64 NOT NULL DEFAULT 0;
ALTER TABLE debt ADD COLUMN updated_at INT64 NOT NULL DEFAULT 0;
ALTER TABLE debt ADD COLUMN cancelled_at INT64 NOT NULL DEFAULT 0;
ALTER TABLE debt ADD COLUMN cancel_reason TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX debt_id ON debt (id) WHERE id <> '';
CREATE INDEX debt_merchant ON debt (merchant_id, id) WHERE id <> '';
CREATE INDEX debt_customer ON debt (merchant_id, customer_id, id) WHERE customer_id <> '';
CREATE INDEX debt_unpaid ON debt (merchant_id, id) WHERE id <> '' AND paid = 0 AND cancelled_at = 0;

CREATE TABLE number (
	merchant_id TEXT  NOT NULL,
	dialect     TEXT  NOT NULL,
	kind        TEXT  NOT NULL,
	n           INT64 NOT NULL CHECK (n > 0 AND n < 9007199254740992), -- exact in every reader of JSON
	object_id   TEXT  NOT NULL,
	PRIMARY KEY (merchant_id, dialect, kind, n)
) NARROW;
CREATE UNIQUE INDEX number_object ON number (merchant_id, dialect, kind, object_id);

CREATE TABLE series (
	merchant_id TEXT  NOT NULL,
	dialect     TEXT  NOT NULL,
	kind        TEXT  NOT NULL,
	last        INT64 NOT NULL,
	PRIMARY KEY (merchant_id, dialect, kind)
) NARROW;
