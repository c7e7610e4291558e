package devdraft

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"paylink"
	"paylink/dialect"
)

const (
	maxImage  = 5 << 20 // OpenAPI: 5 MB per image
	maxFields = 64 << 10
	// uploadTime is how long a body with pictures may take.
	uploadTime = 2 * time.Minute
	// maxForm is a body of ten pictures with what stands around them.
	maxForm = paylink.MaxImages*maxImage + 1<<20
)

// form is the body of a product: JSON, multipart/form-data with pictures, or, from the
// TypeScript SDK, a urlencoded form. Value is what it says, pictures by their hashes.
type form struct {
	dialect.Value
	base     string   // our own address, by http in a demo
	links    []string // pictures elsewhere
	files    []paylink.File
	pictured bool // something was said of pictures
	broken   []string
}

func (f form) reader() *reader { return &reader{Value: f.Value, broken: f.broken} }

// numbers are the members that are numbers in JSON and texts in a form.
var numbers = map[string]bool{"price": true, "weight": true, "quantity": true, "stockCount": true}

// productForm reads the body of a product. A body without a type and without content is
// an empty form: SDKs send one where they can't send files.
func (h *Handler) productForm(c call) (f form, err error) {
	f.Value, f.base = dialect.Value{Kind: dialect.Object}, h.Till.BaseURL+"/"
	media, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	switch {
	case c.Header.Get("Content-Type") == "" && c.ContentLength == 0:
		return f, nil
	case media == "multipart/form-data" && c.Header.Get("Content-Encoding") == "":
		select {
		case h.uploads <- struct{}{}:
			defer func() { <-h.uploads }()
		case <-c.Context().Done():
			return f, c.Context().Err()
		}
		// Fifty megabytes take longer than other bodies. A server that can't wait does not.
		late := time.Now().Add(uploadTime)
		control := http.NewResponseController(c.writer)
		_, _ = control.SetReadDeadline(late), control.SetWriteDeadline(late)
		err = f.parts(multipart.NewReader(http.MaxBytesReader(c.writer, c.Body, maxForm), params["boundary"]), c.merchant)
	case media == "application/x-www-form-urlencoded" && c.Header.Get("Content-Encoding") == "":
		err = f.urlencoded(c)
	default:
		if f.Value, err = dialect.Read(c.writer, c.Request, dialect.DefaultLimit); err == nil && f.Kind != dialect.Object {
			err = problem(400, "the body must be a JSON object")
		}
		f.jsonImages()
	}
	if len(f.links)+len(f.files) > paylink.MaxImages {
		err = orElse(err, problem(400, []string{"images must contain no more than 10 elements"}))
	}
	return f, err
}

func (f *form) urlencoded(c call) error {
	raw, err := dialect.Body(c.writer, c.Request, dialect.DefaultLimit)
	if err != nil {
		return err
	}
	all, err := url.ParseQuery(string(raw))
	if err != nil {
		return problem(400, "the form can't be read")
	}
	for name, values := range all {
		if err := f.field(name, values[0]); err != nil {
			return err
		}
		if len(values) > 1 && name != "images" {
			return problem(400, "the field "+name+" stands twice")
		}
		for _, more := range values[1:] {
			f.link(more)
		}
	}
	return nil
}

// field adds a field of a form. An empty one is as good as absent.
func (f *form) field(name, text string) error {
	if name == "images" || name == "images[]" {
		f.link(text)
		return nil
	}
	if text == "" {
		return nil
	}
	v := dialect.Value{Kind: dialect.String, Text: text}
	if numbers[name] {
		if n, err := dialect.Parse([]byte(text)); err == nil && n.Kind == dialect.Number {
			v = n
		}
	}
	for _, m := range f.Members {
		if dialect.Fold(m.Name) == dialect.Fold(name) {
			return problem(400, "the field "+name+" stands twice")
		}
	}
	f.Members = append(f.Members, dialect.Member{Name: name, Value: v})
	return nil
}

// link takes addresses of pictures: one, or several with commas between them, as the
// SDKs write an array into a form.
func (f *form) link(text string) {
	f.pictured = true
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		if u, err := paylink.CheckURL(one); err != nil || (u.Scheme != "https" && !strings.HasPrefix(one, f.base)) || len(one) > maxURL {
			f.broken = append(f.broken, "each value in images must be a URL address that begins with https://, or a file")
			continue
		}
		f.links = append(f.links, one)
		f.note(one)
	}
}

// note makes a picture part of what the request is known by.
func (f *form) note(picture string) {
	f.Members = append(f.Members, dialect.Member{Name: "\x00image", Value: dialect.Value{Kind: dialect.String, Text: picture}})
}

// jsonImages reads the images of a JSON body.
func (f *form) jsonImages() {
	v, there := f.Member("images")
	if !there || v.Kind == dialect.Null {
		return
	}
	if v.Kind != dialect.Array {
		f.broken = append(f.broken, "images must be an array")
		return
	}
	f.pictured = true
	for _, one := range v.Items {
		if one.Kind != dialect.String || strings.Contains(one.Text, ",") {
			one.Text = "-"
		}
		f.link(one.Text)
	}
}

// parts reads a multipart body, one part after the other.
func (f *form) parts(body *multipart.Reader, merchant string) error {
	for fields, n := 0, 0; ; n++ {
		part, err := body.NextPart()
		if errors.Is(err, io.EOF) && n > 0 { // a body that is cut before its first part ends so, too
			return nil
		}
		if err != nil {
			return cut(err)
		}
		limit := int64(maxFields)
		if part.FileName() != "" {
			limit = maxImage
		}
		raw, err := io.ReadAll(io.LimitReader(part, limit+1))
		switch {
		case err != nil:
			return cut(err)
		case int64(len(raw)) > limit:
			return problem(413, "An image has 5 MB at most")
		case part.FileName() != "":
			if err := f.picture(part.FormName(), raw, merchant); err != nil {
				return err
			}
			continue
		}
		if fields += len(raw); fields > maxFields || len(f.Members) > 100 {
			return problem(413, "The fields have 64 KB at most")
		}
		if err := f.field(part.FormName(), string(raw)); err != nil {
			return err
		}
	}
}

// picture takes a file whose bytes are of a picture, whatever its name says.
func (f *form) picture(name string, raw []byte, merchant string) error {
	if name != "images" && name != "images[]" && name != "image" {
		return problem(400, "Unexpected field: files are sent as images")
	}
	f.pictured = true
	kind := http.DetectContentType(raw)
	if kind != "image/jpeg" && kind != "image/png" && kind != "image/webp" {
		return problem(400, "Only JPEG, PNG and WebP images are allowed")
	}
	if len(f.files)+len(f.links) >= paylink.MaxImages {
		return problem(400, []string{"images must contain no more than 10 elements"})
	}
	sum := sha256.Sum256(raw)
	f.files = append(f.files, paylink.File{MerchantID: merchant, Type: kind, Bytes: raw})
	f.note(hex.EncodeToString(sum[:]))
	return nil
}

// cut tells what kept a multipart body from being read to its end.
func cut(err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return problem(413, "A product has 10 images of 5 MB at most")
	}
	return problem(400, "the multipart body can't be read")
}
