package caddy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go/http3"
)

// TestTLS: under TLS pages come by HTTP/2 and HTTP/3 with their offers, several at a
// time on one connection, and cookies are for https.
func TestTLS(t *testing.T) {
	s := newSite(t)
	trusted := s.certify()
	text := s.caddyfile("engine native", "reverse_proxy "+startOrigin(t, own)+"\nencode gzip")
	addr := free(t)
	text = strings.NewReplacer(
		"http://"+s.addr+" {\n\tbind "+s.bind+"\n", "https://"+addr+" {\n\ttls "+s.path("cert.pem")+" "+s.path("key.pem")+"\n",
		"protocols h1\n", "protocols h1 h2 h3\n",
	).Replace(text)
	if err := s.try(text); err != nil {
		t.Fatal(err)
	}
	overTCP := &http.Transport{TLSClientConfig: trusted, ForceAttemptHTTP2: true}
	defer overTCP.CloseIdleConnections()
	overQUIC := &http3.Transport{TLSClientConfig: trusted.Clone()}
	defer overQUIC.Close()
	for version, transport := range map[int]http.RoundTripper{2: overTCP, 3: overQUIC} {
		client := &http.Client{Transport: transport, Timeout: time.Minute}
		pages := make(chan string)
		for range 5 {
			go func() { pages <- secure(client, "https://"+addr+"/", version) }()
		}
		for range 5 {
			if wrong := <-pages; wrong != "" {
				t.Errorf("HTTP/%d: %s", version, wrong)
			}
		}
	}
}

// secure asks for a page, which both clients decompress, and says what is wrong.
func secure(client *http.Client, url string, version int) string {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Accept", "text/html")
	got, err := exchange(client, r)
	switch {
	case err != nil:
		return err.Error()
	case got.ProtoMajor != version:
		return got.Proto
	case got.body != offered("first 0"):
		return got.body
	case len(got.Cookies()) != 1 || !got.Cookies()[0].Secure || got.Cookies()[0].Name != "__Host-proffer":
		return strings.Join(got.Header["Set-Cookie"], ", ")
	}
	return ""
}

// certify saves a certificate for 127.0.0.1 and its key, and gives who trusts it.
func (s *site) certify() *tls.Config {
	s.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		s.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	s.save("cert.pem", string(cert))
	s.save("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(cert)
	return &tls.Config{RootCAs: roots}
}
