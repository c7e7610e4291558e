package picture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink"
	"paylink/internal/safedial"
	"paylink/till"
	"paylink/web/picture"
)

// acts signs as the till does, and holds files.
type acts struct {
	*till.Till
	files map[string]paylink.File
}

func (a acts) File(_ context.Context, id string) (paylink.File, error) {
	f, ok := a.files[id]
	if !ok {
		return f, paylink.E(paylink.NotFound, "file_unknown", "no such file")
	}
	return f, nil
}

// rig is the proxy, with a client that reaches loopback or the public alone.
func rig(t *testing.T, loopback bool) (acts, http.Handler) {
	t.Helper()
	a := acts{&till.Till{Key: bytes.Repeat([]byte{1}, 32)}, map[string]paylink.File{}}
	mux := http.NewServeMux()
	client := safedial.New(safedial.Options{AllowLoopback: loopback, Answer: picture.MaxBytes + 1, Connect: time.Second, Total: 2 * time.Second}).Client()
	(&picture.Handler{Acts: a, Client: client, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}).Mount(mux)
	return a, mux
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// paint is a picture whose left half is red, and right half blue.
func paint(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, image.Rect(0, 0, w/2, h), image.NewUniform(color.RGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(w/2, 0, w, h), image.NewUniform(color.RGBA{0, 0, 255, 255}), image.Point{}, draw.Src)
	return m
}

func pngOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// placeholder tells the neutral picture: a few pixels, transparent in part.
func placeholder(t *testing.T, w *httptest.ResponseRecorder) bool {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(w.Body.Bytes()))
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("status %d, no picture: %v", w.Code, err)
	}
	return m.Bounds().Dx() == 16
}

func TestAPictureIsDrawnAnewAndMadeSmall(t *testing.T) {
	t.Parallel()
	a, h := rig(t, true)
	raw := pngOf(t, paint(1300, 650))
	note := []byte("tEXtComment\x00where it was taken")
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(note)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, note...), crc32.ChecksumIEEE(note))
	raw = append(raw[:33:33], append(chunk, raw[33:]...)...) // after the header chunk
	a.files["fil_1"] = paylink.File{ID: "fil_1", Type: "text/html", Bytes: raw}
	for large, want := range map[bool]image.Point{true: {1200, 600}, false: {160, 80}} {
		w := get(h, a.PicturePath("fil_1", large))
		m, kind, err := image.Decode(w.Body)
		if err != nil || kind != "jpeg" || m.Bounds().Size() != want {
			t.Fatalf("got %v of kind %s, %v; want %v", m.Bounds(), kind, err, want)
		}
		if r, _, b, _ := m.At(want.X/4, 10).RGBA(); r < 0xf000 || b > 0x1000 {
			t.Error("the left is not red any more")
		}
		if w.Header().Get("Content-Type") != "image/jpeg" || w.Header().Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("headers %v", w.Header())
		}
		if bytes.Contains(w.Body.Bytes(), []byte("where it was taken")) {
			t.Error("a note of the picture went on to the payer")
		}
	}
}

func TestWhatIsTransparentStaysSo(t *testing.T) {
	t.Parallel()
	a, h := rig(t, true)
	m := paint(40, 40)
	m.SetRGBA(0, 0, color.RGBA{})
	a.files["fil_1"] = paylink.File{ID: "fil_1", Bytes: pngOf(t, m)}
	w := get(h, a.PicturePath("fil_1", true))
	got, kind, err := image.Decode(w.Body)
	if err != nil || kind != "png" {
		t.Fatalf("kind %s, %v", kind, err)
	}
	if _, _, _, alpha := got.At(0, 0).RGBA(); alpha != 0 {
		t.Error("the corner is filled")
	}
}

func TestTheFirstPictureOfAMovingOneStays(t *testing.T) {
	t.Parallel()
	a, h := rig(t, true)
	var b bytes.Buffer
	if err := gif.Encode(&b, paint(30, 20), nil); err != nil {
		t.Fatal(err)
	}
	a.files["fil_1"] = paylink.File{ID: "fil_1", Bytes: b.Bytes()}
	if m, _, err := image.Decode(get(h, a.PicturePath("fil_1", true)).Body); err != nil || m.Bounds().Dx() != 30 {
		t.Errorf("%v", err)
	}
}

// A phone stores a picture lying down and notes how to turn it.
func TestAPictureIsTurnedAsItsNoteSays(t *testing.T) {
	t.Parallel()
	a, h := rig(t, true)
	plain := jpegOf(t, paint(80, 40))
	for o, redAt := range map[byte]image.Point{1: {2, 20}, 2: {77, 20}, 3: {77, 20}, 4: {2, 20}, 5: {20, 2}, 6: {20, 2}, 7: {20, 77}, 8: {20, 77}} {
		exif := append([]byte("\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00"), o, 0, 0, 0, 0, 0, 0, 0)
		id := "fil_" + string('0'+o)
		a.files[id] = paylink.File{ID: id, Bytes: append(append([]byte("\xff\xd8"), exif...), plain[2:]...)}
		m, _, err := image.Decode(get(h, a.PicturePath(id, true)).Body)
		if err != nil {
			t.Fatal(err)
		}
		want := image.Pt(80, 40)
		if o >= 5 {
			want = image.Pt(40, 80)
		}
		if r, _, b, _ := m.At(redAt.X, redAt.Y).RGBA(); m.Bounds().Size() != want || r < 0xe000 || b > 0x2000 {
			t.Errorf("orientation %d: size %v, red where it should be: %v", o, m.Bounds().Size(), r > b)
		}
	}
}

func TestWhatIsNoPictureIsANeutralOne(t *testing.T) {
	t.Parallel()
	a, h := rig(t, true)
	bomb := pngOf(t, paint(10, 10))
	binary.BigEndian.PutUint32(bomb[16:], 30_000) // width and height of the header, then its checksum
	binary.BigEndian.PutUint32(bomb[20:], 30_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	for name, raw := range map[string][]byte{
		"svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "html": []byte("<html>"), "empty": nil,
		"bomb": bomb, "half": pngOf(t, paint(300, 300))[:200], "large": append(pngOf(t, paint(10, 10)), make([]byte, picture.MaxBytes)...),
		"webp": []byte("RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00\x00\x00"),
	} {
		a.files["fil_"+name] = paylink.File{ID: "fil_" + name, Type: "image/png", Bytes: raw}
		w := get(h, a.PicturePath("fil_"+name, true))
		if !placeholder(t, w) || w.Header().Get("Cache-Control") != "public, max-age=60" {
			t.Errorf("%s is shown, or kept for long: %v", name, w.Header())
		}
	}
	if !placeholder(t, get(h, a.PicturePath("fil_unknown", false))) {
		t.Error("an unknown file is shown")
	}
}

// progressive is a grey JPEG of 16 × 16 pixels, drawn in so many passes.
func progressive(passes int) []byte {
	out := []byte{0xff, 0xd8}
	segment := func(marker byte, content ...byte) {
		out = append(binary.BigEndian.AppendUint16(append(out, 0xff, marker), uint16(len(content)+2)), content...)
	}
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	segment(0xc2, 8, 0, 16, 0, 16, 1, 1, 0x11, 0)
	segment(0xc4, append([]byte{0x10, 1}, append(make([]byte, 15), 0x20)...)...) // 0 and two bits: so many blocks are empty
	for range passes {
		segment(0xda, 1, 1, 0, 1, 63, 0x10)
		out = append(out, 0b0001_1111) // the rest of four blocks
	}
	return append(out, 0xff, 0xd9)
}

// A pass of twenty bytes costs as much as the whole picture: 5 MiB of them are an hour.
func TestAPictureIsDrawnInFewPasses(t *testing.T) {
	t.Parallel()
	a, h := rig(t, true)
	for passes, shown := range map[int]bool{12: true, 65: false, 5000: false} {
		id := "fil_" + strconv.Itoa(passes)
		a.files[id] = paylink.File{ID: id, Bytes: progressive(passes)}
		w := get(h, a.PicturePath(id, true))
		if kept := w.Header().Get("Cache-Control") != "public, max-age=60"; w.Code != 200 || kept != shown {
			t.Errorf("%d passes: %d, %v", passes, w.Code, w.Header())
		}
	}
	video := append(jpegOf(t, paint(40, 40)), bytes.Repeat([]byte{0xff, 0xda}, 100)...) // phones put one behind the picture
	a.files["fil_video"] = paylink.File{ID: "fil_video", Bytes: video}
	if placeholder(t, get(h, a.PicturePath("fil_video", true))) {
		t.Error("what is behind the picture counts")
	}
}

func TestOnlyWhatWeSignedIsFetched(t *testing.T) {
	t.Parallel()
	a, h := rig(t, true)
	var asked atomic.Int32
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(pngOf(t, paint(10, 10)))
	}))
	t.Cleanup(host.Close)
	good := a.PicturePath(host.URL+"/a.png", true)
	parts := strings.Split(good, "/")
	for _, path := range []string{"/img/AAAAAAAAAAAAAAAAAAAAAA/large/" + parts[4], "/img/" + parts[2] + "/small/" + parts[4],
		"/img/" + parts[2] + "/large/" + strings.Split(a.PicturePath(host.URL+"/b.png", true), "/")[4], "/img/" + parts[2] + "/large/!!"} {
		if w := get(h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
	if asked.Load() != 0 {
		t.Error("something was fetched without our signature")
	}
	if placeholder(t, get(h, good)) || asked.Load() != 1 {
		t.Error("what we signed was not fetched")
	}
	if a.PicturePath("javascript:alert(1)", true)+a.PicturePath("/etc/passwd", true)+a.PicturePath("", false) != "" {
		t.Error("something else than a file or an address got a path")
	}
}

func TestAManyTimesWantedPictureIsFetchedOnce(t *testing.T) {
	t.Parallel()
	a, h := rig(t, true)
	var asked atomic.Int32
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(pngOf(t, paint(10, 10)))
	}))
	t.Cleanup(host.Close)
	path := a.PicturePath(host.URL+"/a.png", true)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() { get(h, path) })
	}
	wg.Wait()
	if asked.Load() != 1 {
		t.Errorf("it was fetched %d times", asked.Load())
	}
	gone := a.PicturePath(host.URL+"1/nowhere.png", true) // no such port
	for range 3 {
		if !placeholder(t, get(h, gone)) {
			t.Error("a picture came out of nowhere")
		}
	}
}

// Whatever a host does, the page gets a neutral picture, and soon.
func TestAHostsTroubleIsNotThePages(t *testing.T) {
	t.Parallel()
	a, h := rig(t, true)
	stop := make(chan struct{})
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/500":
			w.WriteHeader(500)
		case "/reset":
			panic(http.ErrAbortHandler)
		case "/half": // done, but the answer is lost on the way
			w.Header().Set("Content-Length", "5000")
			_, _ = w.Write(pngOf(t, paint(10, 10)))
			panic(http.ErrAbortHandler)
		case "/hang":
			<-stop
		case "/endless":
			for {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/moved":
			http.Redirect(w, r, "/good", http.StatusFound)
		case "/good":
			_, _ = w.Write(pngOf(t, paint(10, 10)))
		}
	}))
	t.Cleanup(host.Close)
	t.Cleanup(func() { close(stop) })
	for _, path := range []string{"/500", "/reset", "/half", "/hang", "/endless", "/loop"} {
		if !placeholder(t, get(h, a.PicturePath(host.URL+path, true))) {
			t.Errorf("%s is shown", path)
		}
	}
	if placeholder(t, get(h, a.PicturePath(host.URL+"/moved", true))) {
		t.Error("a picture that was moved is not shown")
	}
}

// slow is a rig with hosts that take every question and answer none until the test is
// over, and a function that asks for n pictures, of addresses one after the other, and
// waits until so many questions have arrived.
func slow(t *testing.T, hosts int) (a acts, mux *http.ServeMux, dead []string, ask func(n, arrive int, addresses ...string)) {
	t.Helper()
	a = acts{&till.Till{Key: bytes.Repeat([]byte{1}, 32)}, map[string]paylink.File{"fil_1": {ID: "fil_1", Bytes: pngOf(t, paint(40, 40))}}}
	mux = http.NewServeMux()
	client := safedial.New(safedial.Options{AllowLoopback: true, Total: time.Minute}).Client() // longer than anybody waits for a picture
	(&picture.Handler{Acts: a, Client: client, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}).Mount(mux)
	arrived, stop := make(chan struct{}, 100), make(chan struct{})
	for range hosts {
		host := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			arrived <- struct{}{}
			<-stop
		}))
		t.Cleanup(host.Close)
		dead = append(dead, host.URL)
	}
	var asking sync.WaitGroup
	t.Cleanup(func() { close(stop); asking.Wait() }) // before the hosts close
	return a, mux, dead, func(n, arrive int, addresses ...string) {
		t.Helper()
		for i := range n {
			path := a.PicturePath(addresses[i%len(addresses)]+"/"+strconv.Itoa(i), true)
			asking.Go(func() { get(mux, path) })
		}
		for range arrive {
			<-arrived
		}
	}
}

// One merchant's slow hosts do not keep others' files from payers.
func TestSlowHostsKeepNoFileWaiting(t *testing.T) {
	t.Parallel()
	a, mux, dead, ask := slow(t, 4)
	ask(12, 8, dead...) // as many as are fetched at once
	w := get(mux, a.PicturePath("fil_1", true))
	if placeholder(t, w) {
		t.Error("the file waited for slow hosts in vain")
	}
	if got := w.Header().Get("Cross-Origin-Resource-Policy"); got != "cross-origin" {
		t.Errorf("a shop that shows its product's image can't: Cross-Origin-Resource-Policy %s", got)
	}
}

// A host that never answers is asked for a few pictures at a time, however many are
// wanted of it and whatever leads there: pictures of others come meanwhile.
func TestADeadHostKeepsNoOtherHostsPicturesWaiting(t *testing.T) {
	t.Parallel()
	a, mux, dead, ask := slow(t, 1)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/moved/") {
			http.Redirect(w, r, dead[0]+r.URL.Path, http.StatusFound)
			return
		}
		_, _ = w.Write(pngOf(t, paint(10, 10)))
	}))
	t.Cleanup(other.Close)
	ask(20, 3, dead[0], other.URL+"/moved")
	for i := range 10 {
		if placeholder(t, get(mux, a.PicturePath(other.URL+"/"+strconv.Itoa(i), true))) {
			t.Fatal("another host's picture waited in vain")
		}
	}
}

// A merchant's address must not make the server ask its own neighbours.
func TestPrivateAddressesAreNeverAsked(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(pngOf(t, paint(10, 10)))
	}))
	t.Cleanup(inside.Close)
	a, h := rig(t, false)
	for _, ref := range []string{inside.URL + "/a.png", strings.Replace(inside.URL, "http://", "https://", 1), "https://127.0.0.1/a.png",
		"https://[::1]/a.png", "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/a.png", "https://localhost/a.png",
		"http://example.com/a.png", "https://example.com:8443/a.png", "https://u:p@example.com/a.png", "https://[::ffff:127.0.0.1]/"} {
		if !placeholder(t, get(h, a.PicturePath(ref, true))) {
			t.Errorf("%s is shown", ref)
		}
	}
	if asked.Load() != 0 {
		t.Error("the inside was asked")
	}
}

// A host that may be asked and leads on to a private one reaches nothing there: every
// hop is judged.
func TestRedirectsToPrivateAddressesAreNotFollowed(t *testing.T) {
	t.Parallel()
	var dialled []string
	client := safedial.New(safedial.Options{AllowLoopback: true, Connect: time.Second, Before: func(to netip.AddrPort) error {
		dialled = append(dialled, to.Addr().String())
		return nil
	}}).Client()
	var leads string
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, leads, http.StatusFound)
	}))
	t.Cleanup(host.Close)
	a := acts{&till.Till{Key: bytes.Repeat([]byte{1}, 32)}, nil}
	mux := http.NewServeMux()
	(&picture.Handler{Acts: a, Client: client, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}).Mount(mux)
	for i, next := range []string{"https://10.0.0.1/a.png", "https://169.254.169.254/a.png", "file:///etc/passwd", "https://internal/a.png"} {
		leads = next
		if !placeholder(t, get(mux, a.PicturePath(host.URL+"/"+string(rune('a'+i)), true))) {
			t.Errorf("%s is shown", leads)
		}
	}
	for _, to := range dialled {
		if to != "127.0.0.1" {
			t.Errorf("%s was dialled", to)
		}
	}
}
