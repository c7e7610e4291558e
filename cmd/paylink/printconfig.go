package main

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// printConfig writes every setting of the command as a line of an environment file,
// secrets masked, behind a remark that names its flag. What is wrong with them
// follows as remarks too: the file can be filled in and used.
func printConfig(s *session, wrong faults) {
	for _, group := range s.parsed.Selected().AllFlags(true) {
		for _, flag := range group {
			if len(flag.Envs) == 0 {
				continue // --help and --print-config
			}
			fmt.Fprintf(s.stdout, "# --%s: %s\n%s=%s\n", flag.Name, flag.Help, flag.Envs[0], shownValue(flag.Target))
		}
	}
	for _, fault := range wrong {
		fmt.Fprintf(s.stdout, "# %s\n", strings.ReplaceAll(fault, "\n", "\n# "))
	}
}

func shownValue(v reflect.Value) string {
	if v.IsZero() && v.Kind() == reflect.String {
		return ""
	}
	text := fmt.Sprint(v.Interface())
	if strings.Contains(text, "://") {
		return dsn(text).String() // an origin with a password is refused, but printed first
	}
	return text
}

// String is the address without its secrets. What is neither a plain path nor a URL
// that was understood to its end may hold one anywhere, and is not shown.
func (d dsn) String() string {
	text := string(d)
	if !strings.Contains(text, "://") {
		path := strings.TrimPrefix(strings.TrimPrefix(text, "sqlite:"), "file:")
		if strings.ContainsAny(path, "=@?:\n") {
			return mask
		}
		return text
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Fragment != "" {
		return mask
	}
	// A password with a slash or question mark in it ends up behind the host.
	if n := strings.Count(text, "@"); n > 1 || n == 1 && u.User == nil {
		return mask
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return mask
	}
	for name := range query {
		if !harmlessParameter[strings.ToLower(name)] {
			query[name] = []string{"xxxxx"} // as Redacted writes
			u.RawQuery = query.Encode()
		}
	}
	return u.Redacted()
}

// harmlessParameter are those of a PostgreSQL or SMTP URL that help to find a mistake.
var harmlessParameter = map[string]bool{
	"sslmode": true, "sslrootcert": true, "sslcert": true, "sslkey": true, "sslsni": true, "connect_timeout": true,
	"application_name": true, "target_session_attrs": true, "host": true, "port": true, "user": true, "dbname": true,
	"search_path": true, "tls": true, "pool_max_conns": true, "pool_min_conns": true, "timezone": true,
}
