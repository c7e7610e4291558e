package dialect_test

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"paylink/dialect"
)

func TestADecimalIsTheLiteralsExactValue(t *testing.T) {
	t.Parallel()
	for literal, want := range map[string]string{"0": "0", "-0": "0", "0.00": "0", "0e9": "0", "10.5": "10.5", "10.50": "10.5", "1e1": "10",
		"1.05E+1": "10.5", "105e-1": "10.5", "0.01": "0.01", "1e-2": "0.01", "100": "100", "-2.50": "-2.5", "00.1": "0.1",
		"9007199254740993.01": "9007199254740993.01", "0.1000000000000000055511151231257827": "0.1000000000000000055511151231257827"} {
		if got, ok := dialect.Decimal(literal); !ok || got != want {
			t.Errorf("%s: got %q, %v; want %q", literal, got, ok, want)
		}
	}
	for _, literal := range []string{"1e999999999", "1e-999999999", "1e99999999999999999999", "1e41", "1e-41", strings.Repeat("7", 41)} {
		if got, ok := dialect.Decimal(literal); ok {
			t.Errorf("%s is %q", literal, got)
		}
	}
}

func TestADecimalIsEqualToItsLiteral(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		literal := rapid.StringMatching(`-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,8})?([eE][+-]?[0-9])?`).Draw(t, "literal")
		plain, ok := dialect.Decimal(literal)
		got, read := new(big.Rat).SetString(plain)
		want, _ := new(big.Rat).SetString(literal)
		if !ok || !read || got.Cmp(want) != 0 || strings.ContainsAny(plain, "eE") {
			t.Fatalf("%s became %q", literal, plain)
		}
	})
}
