package checkout

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"sync"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/flate"

	"paylink/web/look"
)

// marker stands in a rendered page where the payer's attempt goes. It has the
// length and the letters of an attempt, and is looked for with its field's name in
// front: a merchant's text can hold the letters, but no quotes.
const marker = "PAYLINK_ATTEMPT_PAYLINK_ATTEMPT_PAYLINK_ATTE"

// sheet is a page rendered once: everything but the attempt, plain and deflated,
// so that serving it is four writes and a checksum.
type sheet struct {
	header        http.Header
	head, tail    []byte
	zhead, ztail  []byte
	headCRC       uint32
	attemptLength int
}

// newSheet renders a page that holds the marker once.
func newSheet(page templ.Component, header http.Header) (*sheet, error) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	b := bytes.NewBuffer((*buffer)[:0])
	if err := page.Render(context.Background(), b); err != nil {
		return nil, fmt.Errorf("render the payment page: %w", err)
	}
	*buffer = b.Bytes()
	whole := bytes.Clone(*buffer)
	const field = `name="attempt" value="`
	at := bytes.Index(whole, []byte(field+marker+`"`))
	if at < 0 {
		return nil, fmt.Errorf("render the payment page: it has no place for the attempt")
	}
	at += len(field)
	head, tail := whole[:at], whole[at+len(marker):]
	zhead, ztail := deflate(head, tail, len(marker))
	return &sheet{header: header, head: head, tail: tail, attemptLength: len(marker), headCRC: crc32.ChecksumIEEE(head),
		zhead: zhead, ztail: ztail}, nil
}

// weight is the memory that a sheet takes, for the cache.
func (s *sheet) weight() int {
	return len(s.head) + len(s.tail) + len(s.zhead) + len(s.ztail) + 2048
}

// compressLevel of this library makes pages as small as the standard library's level
// 6, in two thirds of the time; compressing is the largest part of a page's making.
const compressLevel = 7

// compressors are kept: each is large, and clearing a new one costs more than a page.
var compressors = sync.Pool{New: func() any {
	z, err := flate.NewWriter(nil, compressLevel)
	if err != nil {
		panic(err) // the level is one of the library's
	}
	return z
}}

// deflate compresses the parts of a page that stand before and after the attempt;
// the first ends on a byte, so that something can go between. The second refers
// back across the attempt, for which as many zeros stand: nothing in a page can
// match those.
func deflate(head, tail []byte, gap int) (zhead, ztail []byte) {
	var b bytes.Buffer // takes everything, so no Write fails
	z := compressors.Get().(*flate.Writer)
	defer compressors.Put(z)
	z.Reset(&b)
	_, _ = z.Write(head)
	_ = z.Flush()
	before := b.Len()
	_, _ = z.Write(make([]byte, gap))
	_ = z.Flush()
	after := b.Len()
	_, _ = z.Write(tail)
	_ = z.Close()
	all := b.Bytes()
	return bytes.Clone(all[:before]), bytes.Clone(all[after:])
}

var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255} // RFC 1952: deflate, no time, unknown system

// buffers are where a page is put together; a Write has copied it when it returns.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// serve answers with the page for one attempt.
func (s *sheet) serve(w http.ResponseWriter, r *http.Request, attempt string) {
	h := w.Header()
	for k, v := range s.header {
		h[k] = v
	}
	if len(attempt) != s.attemptLength {
		// A page with another length would carry a wrong Content-Length.
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	body := (*buffer)[:0]
	if look.AcceptsGzip(r) {
		h["Content-Encoding"] = []string{"gzip"}
		body = s.gzip(body, attempt)
	} else {
		body = append(append(append(body, s.head...), attempt...), s.tail...)
	}
	*buffer = body
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader went away: nothing to do
	}
}

// gzip joins the deflated parts around the attempt, which goes in as a stored
// block (RFC 1951, 3.2.4), and checks the whole.
func (s *sheet) gzip(body []byte, attempt string) []byte {
	n := uint16(len(attempt))
	body = append(body, gzipHeader...)
	body = append(body, s.zhead...)
	body = append(body, 0)
	body = binary.LittleEndian.AppendUint16(body, n)
	body = binary.LittleEndian.AppendUint16(body, ^n)
	body = append(body, attempt...)
	body = append(body, s.ztail...)
	sum := crc32.Update(crc32.Update(s.headCRC, crc32.IEEETable, []byte(attempt)), crc32.IEEETable, s.tail)
	body = binary.LittleEndian.AppendUint32(body, sum)
	return binary.LittleEndian.AppendUint32(body, uint32(len(s.head)+len(attempt)+len(s.tail)))
}
