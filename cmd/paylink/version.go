package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"paylink/internal/fault"
)

type versionCommand struct{}

// Run prints the version, the commit and the compiler.
func (versionCommand) Run(s *session) error {
	_, err := fmt.Fprintln(s.stdout, "paylink", version())
	return err
}

// version is what the build knows of itself: the module's version, or the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v, commit, dirty := info.Main.Version, "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ", changed"
		}
	}
	if v == "" || v == "(devel)" {
		v = "development"
	}
	if len(commit) > 12 {
		v += " (" + commit[:12] + dirty + ")"
	}
	if fault.Enabled {
		v += " with fail points: a test build"
	}
	return v + ", " + runtime.Version()
}
