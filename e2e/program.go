package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Program builds cmd/paylink with the race detector and the given build tags,
// once for each set of tags in a test package, and returns the binary's path.
// PAYLINK_TEST_BINARY saves the building of the one without tags,
// PAYLINK_TEST_FAULT_BINARY of the one with the tag "fault".
func Program(t testing.TB, tags ...string) string {
	t.Helper()
	needMain(t)
	given := map[string]string{"": os.Getenv("PAYLINK_TEST_BINARY"), "fault": os.Getenv("PAYLINK_TEST_FAULT_BINARY")}
	if binary := given[strings.Join(tags, ",")]; binary != "" {
		return binary
	}
	return build(t, "../cmd/paylink", tags)
}

// build builds the command in a folder of the product's module. The folder is
// named from e2e, whatever package below it the test is in.
func build(t testing.TB, folder string, tags []string) string {
	t.Helper()
	key := folder + " " + strings.Join(tags, ",")
	suite.mu.Lock()
	once, known := suite.programs[key]
	if !known {
		binary := filepath.Join(suite.dir, fmt.Sprintf("program-%d", len(suite.programs)))
		once = sync.OnceValues(func() (string, error) {
			folder, err := fromHere(folder)
			if err != nil {
				return "", err
			}
			cmd := exec.Command("go", "build", "-race", "-tags", strings.Join(tags, ","), "-o", binary, ".")
			cmd.Dir = folder
			if out, err := cmd.CombinedOutput(); err != nil {
				return "", fmt.Errorf("build %s: %w\n%s", folder, err, out)
			}
			return binary, nil
		})
		suite.programs[key] = once
	}
	suite.mu.Unlock()
	binary, err := once()
	if err != nil {
		t.Fatalf("e2e: %v", err)
	}
	return binary
}

// fromHere resolves a path named from the folder of the e2e module, which is
// the working directory of a test or one above it.
func fromHere(path string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, path), nil
		}
	}
	return "", fmt.Errorf("no go.mod above the working directory; run the tests with go test inside e2e")
}
