package elevate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"paylink"
	"paylink/dialect"
)

// KindUser is the kind of the dialect's credentials: a user of a brand.
const KindUser = "user"

// TokenLife is how long a token can be used, any number of times (Elevate,
// Authentication API 1.5).
const TokenLife = 15 * time.Minute

// maxName is the longest username and password (Elevate: 1 to 100 characters). Its
// documentation has no limit for brands; theirs is ours.
const maxName = 100

// Lookup is the public part of a user's credential. Brands have no slash in them.
func Lookup(brand, username string) string { return brand + "/" + username }

// CheckUser says what is wrong with the names of a new user.
func CheckUser(brand, username string) error {
	for _, name := range []string{brand, username} {
		if n := utf8.RuneCountInString(name); n < 1 || n > maxName || paylink.CheckText(name) != nil {
			return fmt.Errorf("a brand and a username have 1 to %d characters that can be shown", maxName)
		}
	}
	if strings.Contains(brand, "/") {
		return errors.New("a brand has no slash in it")
	}
	return nil
}

// claims are a token's. Whose it is stands in it, and is looked up at every call, so
// that it dies with the user that it was made for; clients read exp.
type claims struct {
	jwt.RegisteredClaims        // sub: the username
	Brand                string `json:"brand"`
	Credential           string `json:"cid"` // a later user of the same name is another
}

// tokenPurpose is what the signing key is good for.
const tokenPurpose = "elevate token"

// authenticate gives a token for a brand's user.
func (h *Handler) authenticate(w http.ResponseWriter, r *http.Request) {
	token, username, err := h.login(w, r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	dialect.WriteJSON(w, http.StatusOK, struct {
		Token    string `json:"token"`
		Username string `json:"username"`
	}{token, username})
}

func (h *Handler) login(w http.ResponseWriter, r *http.Request) (token, username string, err error) {
	if !dialect.AcceptsJSON(r.Header) {
		return "", "", notAcceptable
	}
	body, err := dialect.Read(w, r, dialect.DefaultLimit)
	if err != nil {
		return "", "", err
	}
	in := reader{body: body}
	brand, username, password := in.text("brand", 1, maxName, true), in.text("username", 1, maxName, true), in.text("password", 1, maxName, true)
	if err := in.err(); err != nil {
		return "", "", err
	}
	if strings.Contains(brand, "/") {
		return "", "", wrongCredentials
	}
	// Passwords are made by us, of 256 random bits: their plain hash is slow enough.
	c, err := h.Till.Authenticate(r.Context(), Name, KindUser, Lookup(brand, username), password)
	if paylink.KindOf(err) == paylink.Unauthenticated || (err == nil && c.MerchantID == "") {
		err = wrongCredentials
	}
	if err != nil {
		return "", "", err
	}
	err = h.Till.Read(r.Context(), func(rd paylink.Reader) error {
		now := rd.Now()
		token, err = jwt.NewWithClaims(jwt.SigningMethodHS256, claims{Brand: brand, Credential: c.ID,
			RegisteredClaims: jwt.RegisteredClaims{Subject: username, ID: paylink.NewToken(),
				IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(TokenLife))}}).SignedString(h.Till.KeyFor(tokenPurpose))
		return err
	})
	return token, username, err
}

// merchantOf is whose token it is, if it is one of ours, in time, and its user's
// credential still stands.
func (h *Handler) merchantOf(ctx context.Context, token string) (merchant string, err error) {
	err = h.Till.Read(ctx, func(r paylink.Reader) error {
		var in claims
		_, err := jwt.ParseWithClaims(token, &in, func(*jwt.Token) (any, error) { return h.Till.KeyFor(tokenPurpose), nil },
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(r.Now))
		if err != nil {
			return notAuthenticated
		}
		c, err := r.Credential(Name, KindUser, Lookup(in.Brand, in.Subject))
		if err != nil && paylink.KindOf(err) != paylink.NotFound {
			return err
		}
		// An empty owner would match everybody's links.
		if merchant = c.MerchantID; err != nil || c.ID != in.Credential || !c.RevokedAt.IsZero() || merchant == "" {
			return notAuthenticated
		}
		return nil
	})
	return merchant, err
}
