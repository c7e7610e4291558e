-- What a link shows as its cover outlives the product that it was uploaded for.

ALTER TABLE file ADD COLUMN kept INT64 NOT NULL DEFAULT 0;
