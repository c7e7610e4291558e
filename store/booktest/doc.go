// Package booktest gives tests empty books: databases that took all migrations. To
// climb them for each test takes longer than most tests do, so each process climbs
// once and copies what came of it.
package booktest
