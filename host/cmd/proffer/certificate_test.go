package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pair writes a certificate for shop.example with a serial number, and its key.
func pair(t *testing.T, dir string, serial int64) (cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "shop.example"}, DNSNames: []string{"shop.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, text, text, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// trusting is how a browser connects that trusts a certificate.
func trusting(t *testing.T, cert string) *tls.Config {
	t.Helper()
	text, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return &tls.Config{RootCAs: roots, ServerName: "shop.example"}
}

// secured runs the command with a certificate, in front of an origin.
func secured(t *testing.T, origin http.Handler, limits string) (s serving, cert string) {
	t.Helper()
	site := httptest.NewServer(origin)
	t.Cleanup(site.Close)
	cert, key := pair(t, t.TempDir(), 1)
	s, _ = keeping(t, serveCommand{
		Origin: site.URL, Catalog: catalogFile(t, smallCatalog), Keys: newKeys(t), TLSCert: cert, TLSKey: key, Config: configured(t, `{"limits":`+limits+`}`),
	})
	return s, cert
}

var securePage = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Proto", r.Header.Get("X-Forwarded-Proto"))
	_, _ = io.WriteString(w, `<!doctype html><p data-offer-space="hero">own</p>`)
})

// TestServeTLS: pages come by https with HTTP/2, with cookies for https alone, and
// by nothing older than TLS 1.2 and not without it.
func TestServeTLS(t *testing.T) {
	s, cert := secured(t, securePage, `{}`)
	if !strings.HasPrefix(s.url, "https://") {
		t.Errorf("it says %s", s.url)
	}
	for _, major := range []int{1, 2} {
		transport := &http.Transport{TLSClientConfig: trusting(t, cert), ForceAttemptHTTP2: major == 2}
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/html")
		res, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		cookie := res.Header.Get("Set-Cookie")
		if res.ProtoMajor != major || !strings.Contains(string(b), "<b>Hello</b>") || res.Header.Get("X-Proto") != "https" ||
			!strings.HasPrefix(cookie, "__Host-proffer=") || !strings.Contains(cookie, "; Secure") {
			t.Errorf("HTTP/%d: %s, cookie %q, %v", res.ProtoMajor, b, cookie, res.Header)
		}
		transport.CloseIdleConnections()
	}
	old := trusting(t, cert)
	old.MaxVersion = tls.VersionTLS11
	if c, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), old); err == nil {
		_ = c.Close()
		t.Error("TLS 1.1 is spoken")
	}
	plain := dial(t, s)
	_, _ = io.WriteString(plain, whole)
	if got := toTheEnd(t, plain); !strings.HasPrefix(got, "HTTP/1.0 400 ") || strings.Contains(got, "Hello") {
		t.Errorf("without TLS: %q", got)
	}
}

// serial is the number of the certificate that a new connection sees.
func serial(t *testing.T, s serving) string {
	t.Helper()
	c, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), &tls.Config{InsecureSkipVerify: true}) // it is only looked at
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// TestServeTakesCertificatesOver: what is saved is shown, and what is broken is not.
func TestServeTakesCertificatesOver(t *testing.T) {
	s, cert := secured(t, securePage, `{}`)
	if got := serial(t, s); got != "1" {
		t.Fatalf("shows %s", got)
	}
	pair(t, filepath.Dir(cert), 2)
	for serial(t, s) != "2" {
		s.out.wait(t, `certificate read`)
	}
	if err := os.WriteFile(cert, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.out.wait(t, `certificate refused, the last good one stays`)
	page, _ := get(t, http.DefaultClient, s.admin+"/metrics")
	if got := serial(t, s); got != "2" || !strings.Contains(page, "\nproffer_certificate_refused 1\n") || !strings.Contains(page, "\nproffer_certificate_until_seconds ") {
		t.Errorf("shows %s", got)
	}
}

func TestServeRefusesCertificates(t *testing.T) {
	dir := t.TempDir()
	cert, key := pair(t, dir, 1)
	other, _ := pair(t, t.TempDir(), 2)
	open := filepath.Join(dir, "open.pem")
	text, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(open, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	keys, catalog := newKeys(t), catalogFile(t, smallCatalog)
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"one alone":   {[]string{"--tls-cert", cert}, "--tls-cert and --tls-key go together"},
		"not there":   {[]string{"--tls-cert", filepath.Join(dir, "none"), "--tls-key", key}, "--tls-cert"},
		"not a pair":  {[]string{"--tls-cert", other, "--tls-key", key}, "private key does not match public key"},
		"not its own": {[]string{"--tls-cert", cert, "--tls-key", open}, "0600"},
		"not a key":   {[]string{"--tls-cert", cert, "--tls-key", cert}, "--tls-key " + cert},
	} {
		status, _, errs := proffer(t, "", append([]string{"serve", "--engine", "native", "--origin", "http://127.0.0.1:1", "--catalog", catalog, "--keys", keys}, c.args...)...)
		if status != 1 || !strings.Contains(errs, c.says) {
			t.Errorf("%s: status %d, %s", name, status, errs)
		}
	}
}
