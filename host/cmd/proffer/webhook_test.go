package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWebhookNeedsAStore: in visitors' browsers there is nothing to be delivered.
func TestWebhookNeedsAStore(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, []byte(`{"webhook":{"url":"https://events.example/","secret_file":"none"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, errs := proffer(t, "", "serve", "--origin", "http://127.0.0.1:1", "--catalog", catalogFile(t, smallCatalog),
		"--keys", newKeys(t), "--engine", "native", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--config", file)
	if status != 1 || !strings.Contains(errs, "webhook needs a store") {
		t.Errorf("status %d: %s", status, errs)
	}
}
