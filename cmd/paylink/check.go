package main

import (
	"errors"
	"fmt"

	"paylink/audit"
	"paylink/store/sqlstore"
)

// checkCommand audits a store. It only reads: a server may be using the store, SQLite
// or PostgreSQL, at the same time.
type checkCommand struct {
	Database     dsn    `env:"PAYLINK_DATABASE" help:"The book: a file's path (SQLite), or postgres://user:password@host/database."`
	DatabaseFile string `env:"PAYLINK_DATABASE_FILE" help:"A file that holds the address instead."`
	SandboxURL   string `name:"sandbox-url" env:"PAYLINK_SANDBOX_URL" help:"The sandbox bank, whose book is compared with ours."`
	Account      string `help:"Only these accounts of that book, with commas; all of it if empty."`
	Quiet        bool   `help:"Work has drained: nothing may be left reserved, sending or unknown."`
	JSON         bool   `name:"json" help:"Print the report and the violations as one JSON object."`
}

// Run prints each violation, then one line that says what was read.
func (c *checkCommand) Run(s *session) error {
	var f faults
	orFile(&f, "database", &c.Database, &c.DatabaseFile)
	if c.Database == "" {
		f.add("database", "is missing: give a file's path, or postgres://…")
	}
	if c.SandboxURL != "" {
		c.SandboxURL = checkOrigin(&f, "sandbox-url", c.SandboxURL)
	}
	if err := f.err(); err != nil {
		return err
	}
	store, err := sqlstore.Open(s.ctx, string(c.Database), sqlstore.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	o := audit.Options{Quiet: c.Quiet}
	if c.SandboxURL != "" {
		o.Book = audit.SandboxBook(c.SandboxURL)
		o.Book.Accounts = splitList(c.Account)
	}
	found, report, err := audit.Run(s.ctx, store, o)
	if err = errors.Join(err, store.Close()); err != nil {
		return fmt.Errorf("the check could not be done: %w", err)
	}
	if c.JSON {
		err = printJSON(s, map[string]any{"report": report, "violations": found})
	} else {
		err = c.tell(s, found, report)
	}
	if err == nil && report.Violations > 0 {
		err = &failure{1, fmt.Sprintf("%d statements do not hold", report.Violations)}
	}
	return err
}

func (c *checkCommand) tell(s *session, found []audit.Violation, r audit.Report) error {
	for _, v := range found {
		fmt.Fprintln(s.stdout, v)
	}
	beside := "no gateway's book given"
	if c.SandboxURL != "" {
		beside = fmt.Sprintf("%d charges in the gateway's book", r.Charges)
	}
	_, err := fmt.Fprintf(s.stdout, "checked %d statements over %d links, %d payments, %d steps, %d entries, %d debts, %d events, %d deliveries; %s: %d violations\n",
		len(r.Checked), r.Links, r.Payments, r.Steps, r.Entries, r.Debts, r.Events, r.Deliveries, beside, r.Violations)
	return err
}
