-- Links are found by what their merchants wrote on them, and payments by reference.

CREATE TABLE link_metadata (
	merchant_id TEXT NOT NULL,
	key         TEXT NOT NULL,
	value       TEXT NOT NULL,
	link_id     TEXT NOT NULL REFERENCES link (id),
	PRIMARY KEY (merchant_id, key, value, link_id)
) NARROW;

INSERT INTO link_metadata (merchant_id, key, value, link_id)
SELECT l.merchant_id, m.key, m.value, l.id
FROM link l, EACH_PAIR(CASE l.metadata WHEN '' THEN '{}' ELSE l.metadata END AS_JSON) m;

CREATE INDEX payment_reference ON payment (merchant_id, reference, id) WHERE reference <> '';
