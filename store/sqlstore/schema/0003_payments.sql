-- Tries to pay, every change of their state, the ledger, and what gateways and
-- browsers brought back.

CREATE TABLE payment (
	id           TEXT  NOT NULL PRIMARY KEY,
	link_id      TEXT  NOT NULL REFERENCES link (id),
	link_version INT64 NOT NULL,
	merchant_id  TEXT  NOT NULL,
	terminal_id  TEXT  NOT NULL,
	gateway      TEXT  NOT NULL,
	account      TEXT  NOT NULL,
	attempt      TEXT  NOT NULL,
	fingerprint  TEXT  NOT NULL,
	state        TEXT  NOT NULL,
	version      INT64 NOT NULL CHECK (version > 0),
	currency     TEXT  NOT NULL,
	amount       INT64 NOT NULL CHECK (amount > 0), -- minor units, as all amounts
	captured     INT64 NOT NULL CHECK (captured >= 0),
	refunded     INT64 NOT NULL CHECK (refunded >= 0),
	hold         INT64 NOT NULL CHECK (hold IN (0, 1)),
	surplus      INT64 NOT NULL CHECK (surplus IN (0, 1)),
	lines        TEXT  NOT NULL, -- JSON
	schedule     TEXT  NOT NULL, -- JSON or empty
	scope        TEXT  NOT NULL,
	reference    TEXT  NOT NULL,
	in_debt      INT64 NOT NULL CHECK (in_debt IN (0, 1)),
	method       TEXT  NOT NULL,
	hosted       INT64 NOT NULL CHECK (hosted IN (0, 1)),
	instrument   TEXT  NOT NULL,
	saved        TEXT  NOT NULL,
	save_it      INT64 NOT NULL CHECK (save_it IN (0, 1)),
	action_url   TEXT  NOT NULL,
	gateway_ref  TEXT  NOT NULL,
	brand        TEXT  NOT NULL,
	last4        TEXT  NOT NULL,
	funding      TEXT  NOT NULL,
	auth_code    TEXT  NOT NULL,
	decline      TEXT  NOT NULL,
	payer        TEXT  NOT NULL, -- JSON
	language     TEXT  NOT NULL,
	client_ip    TEXT  NOT NULL,
	created_at   INT64 NOT NULL,
	updated_at   INT64 NOT NULL,
	sent_at      INT64 NOT NULL,
	completed_at INT64 NOT NULL,
	look_at      INT64 NOT NULL,
	looks        INT64 NOT NULL,
	lease_till   INT64 NOT NULL
);
CREATE UNIQUE INDEX payment_attempt ON payment (link_id, attempt);
CREATE INDEX payment_link ON payment (link_id, id);
CREATE INDEX payment_merchant ON payment (merchant_id, id);
CREATE INDEX payment_state ON payment (merchant_id, state, id);
CREATE INDEX payment_due ON payment (look_at) WHERE look_at > 0;

CREATE TABLE payment_step (
	payment_id TEXT  NOT NULL REFERENCES payment (id),
	n          INT64 NOT NULL CHECK (n > 0),
	from_state TEXT  NOT NULL,
	to_state   TEXT  NOT NULL,
	cause      TEXT  NOT NULL,
	evidence   TEXT  NOT NULL,
	detail     TEXT  NOT NULL,
	at         INT64 NOT NULL,
	PRIMARY KEY (payment_id, n)
) NARROW;

CREATE TABLE entry (
	posting     TEXT  NOT NULL,
	n           INT64 NOT NULL, -- its place in the posting, from 1
	payment_id  TEXT  NOT NULL REFERENCES payment (id),
	merchant_id TEXT  NOT NULL,
	account     TEXT  NOT NULL,
	currency    TEXT  NOT NULL,
	amount      INT64 NOT NULL CHECK (amount <> 0),
	at          INT64 NOT NULL,
	PRIMARY KEY (posting, n)
) NARROW;
CREATE INDEX entry_payment ON entry (payment_id, at, posting, n);

CREATE TABLE callback (
	gateway    TEXT  NOT NULL,
	event_id   TEXT  NOT NULL,
	payment_id TEXT  NOT NULL,
	body       BYTES NOT NULL,
	created_at INT64 NOT NULL,
	PRIMARY KEY (gateway, event_id)
);
CREATE INDEX callback_payment ON callback (payment_id);

CREATE TABLE redeemed (
	payment_id TEXT  NOT NULL PRIMARY KEY,
	created_at INT64 NOT NULL
) NARROW;
