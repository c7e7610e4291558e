package e2e

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// Shot takes a picture of the whole page as it is laid out now, into
// PAYLINK_SHOTS/name.png. Without PAYLINK_SHOTS no picture is taken.
func (tab *Tab) Shot(name string) {
	tab.t.Helper()
	dir := os.Getenv("PAYLINK_SHOTS")
	if dir == "" {
		return
	}
	picture := tab.Picture()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tab.t.Fatalf("e2e: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		tab.t.Fatalf("e2e: %v", err)
	}
}

// Picture returns the whole page as PNG.
func (tab *Tab) Picture() []byte {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, Patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		tab.t.Fatalf("e2e: take a picture: %v", err)
	}
	return picture
}
