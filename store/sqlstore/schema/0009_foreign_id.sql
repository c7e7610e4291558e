-- What other APIs call a thing of ours, where they prescribe the form of their ids.

CREATE TABLE foreign_id (
	kind       TEXT  NOT NULL, -- the API and the sort of thing: 'payroc/plk'
	value      TEXT  NOT NULL,
	object_id  TEXT  NOT NULL,
	created_at INT64 NOT NULL,
	PRIMARY KEY (kind, value)
) NARROW;
-- A thing has one id of a kind: whoever comes second with another finds the first.
CREATE UNIQUE INDEX foreign_id_object ON foreign_id (kind, object_id);
