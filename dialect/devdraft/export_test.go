package devdraft

// ULID and UnULID let a test prove that one undoes the other.
var (
	ULID   = ulid
	UnULID = unulid
)
