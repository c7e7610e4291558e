-- The installation's own few words, and the offset of the test clock.

CREATE TABLE setting (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) NARROW;

CREATE TABLE clock (
	id     INT64 NOT NULL PRIMARY KEY CHECK (id = 1),
	micros INT64 NOT NULL -- added to the time where Options.TestClock allows it
) NARROW;
