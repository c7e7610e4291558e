package frontstream

import (
	"net/http"

	"paylink"
)

// accessToken reads the AccessToken header (OpenAPI; there is no Authorization).
func accessToken(h http.Header) (string, error) {
	all := h.Values("AccessToken")
	switch {
	case len(all) == 0 || (len(all) == 1 && all[0] == ""):
		return "", broken(CodeNoToken, "AccessToken is required, as a header; POST /api/ClientSession gives one")
	case len(all) > 1 || len(all[0]) > maxAPIKey:
		return "", badToken
	}
	return all[0], nil
}

var badToken = broken(CodeBadToken, "AccessToken is unknown, used or expired; POST /api/ClientSession gives a new one")

// partner finds who a live token was given to.
func partner(r paylink.Reader, token string) (paylink.AccessToken, error) {
	row, err := r.Token(paylink.HashSecret(token))
	if paylink.KindOf(err) == paylink.NotFound || (err == nil && (row.Dialect != Name || !row.Live(r.Now()))) {
		err = badToken
	}
	return row, err
}

// unknownData is one answer for a key or processor that does not exist and for one
// that the caller may not use, so that neither can be told from the other (A9, A41).
var unknownData = paylink.E(paylink.NotFound, "paylink_data", "no pay link data was found for this ApiKey and ProcessorGuid")

// merchant finds whose ApiKey it is, if the token's partner may act for them.
func merchant(r paylink.Reader, row paylink.AccessToken, apiKey string) (string, error) {
	key, err := r.Credential(Name, "api_key", paylink.HashSecret(apiKey))
	switch {
	case paylink.KindOf(err) == paylink.NotFound || (err == nil && !key.RevokedAt.IsZero()):
		return "", unknownData
	case err != nil:
		return "", err
	case row.MerchantID != "" && row.MerchantID == key.MerchantID:
		return key.MerchantID, nil
	}
	may, err := r.PartnerMay(row.PartnerID, key.MerchantID)
	if err == nil && !may {
		err = unknownData
	}
	return key.MerchantID, err
}

// terminal finds the merchant's terminal by ProcessorGuid, or their first.
func terminal(r paylink.Reader, merchantID, guid string) (paylink.Terminal, error) {
	if guid == "" {
		all, err := r.Terminals(merchantID)
		if err == nil && len(all) == 0 {
			err = unknownData
		}
		if err != nil {
			return paylink.Terminal{}, err
		}
		return all[0], nil
	}
	t, err := r.TerminalByForeign(guid)
	if paylink.KindOf(err) == paylink.NotFound || (err == nil && t.MerchantID != merchantID) {
		err = unknownData
	}
	return t, err
}
