package proxy_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// TestCORSRefuses holds that an origin which no browser sends so, or that is
// anybody's, is refused with what is wrong.
func TestCORSRefuses(t *testing.T) {
	for origin, want := range map[string]string{
		"*":                           "is a pattern",
		"https://*.example":           "is a pattern",
		"null":                        "is what sandboxed pages of anybody send",
		"":                            "is not an origin",
		"app.example":                 "is not an origin",
		"//app.example":               "is not an origin",
		"https://":                    "is not an origin",
		"https://:443":                "is not an origin",
		"ftp://app.example":           "is not an origin",
		"file:///":                    "is not an origin",
		"https://app.example/":        "write https://app.example",
		"https://app.example/a":       "write https://app.example",
		"https://app.example?a":       "write https://app.example",
		"https://app.example#a":       "write https://app.example",
		"https://me@app.example":      "write https://app.example",
		"HTTPS://app.example":         "write https://app.example",
		"https://app.example:443":     "write https://app.example",
		"http://app.example:80":       "write http://app.example",
		"https://app.example:":        "write https://app.example",
		"https://App.example":         "in small letters",
		"https://Bücher.example":      "other scripts as xn--",
		"https://a.example,https://b": "is not an origin",
		"https://a.example https://b": "is not an origin",
	} {
		_, err := proxy.New(proxy.Config{Engine: nativeEngine(t), CORS: proxy.CORS{Origins: []string{"https://good.example", origin}}})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("CORS.Origins: %q", origin)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", origin, err, want)
		}
	}
	for want, c := range map[string]proxy.CORS{
		"CORS.Origins is empty":            {Credentials: true},
		"CORS.MaxAge is 25h0m0s":           {Origins: []string{"https://a.example"}, MaxAge: 25 * time.Hour},
		"CORS.MaxAge is 1ms (have 1s..24h": {Origins: []string{"https://a.example"}, MaxAge: time.Millisecond},
	} {
		if _, err := proxy.New(proxy.Config{Engine: nativeEngine(t), CORS: c}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	for _, origin := range []string{"https://app.example", "http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:3000", "https://app.example:8443", "https://xn--bcher-kva.example"} {
		if _, err := proxy.New(proxy.Config{Engine: nativeEngine(t), CORS: proxy.CORS{Origins: []string{origin}}}); err != nil {
			t.Errorf("%s: %v", origin, err)
		}
	}
}

const app = "https://app.example"

// withCORS is a server whose endpoints app may use.
func withCORS(t testing.TB, credentials bool) string {
	t.Helper()
	_, base := api(t, proxy.Config{CORS: proxy.CORS{Origins: []string{"https://other.example:8443", app}, Credentials: credentials}})
	return base
}

// sharing are a response's headers by which it is shared, or not.
func sharing(h http.Header) string {
	var out []string
	for _, name := range []string{"Allow-Origin", "Allow-Credentials", "Allow-Methods", "Allow-Headers", "Max-Age", "Expose-Headers", "Allow-Private-Network"} {
		for _, v := range h["Access-Control-"+name] {
			out = append(out, name+"="+v)
		}
	}
	return strings.Join(append(out, "Vary="+strings.Join(h["Vary"], ",")), " ")
}

func TestPreflight(t *testing.T) {
	good := []string{"Origin: " + app, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type", "Access-Control-Request-Private-Network: true", "Sec-Fetch-Site: cross-site"}
	for _, endpoint := range []string{"decide", "event", "forget"} {
		for credentials, want := range map[bool]string{
			false: "Allow-Origin=" + app + " Allow-Methods=POST Allow-Headers=Content-Type Max-Age=600 Vary=Origin",
			true:  "Allow-Origin=" + app + " Allow-Credentials=true Allow-Methods=POST Allow-Headers=Content-Type, Authorization Max-Age=600 Vary=Origin",
		} {
			base := withCORS(t, credentials) + "/.proffer/" + endpoint
			if status, header, body := send(t, "OPTIONS", base, nil, good...); status != 204 || sharing(header) != want || body != "" || len(header["Set-Cookie"]) != 0 {
				t.Errorf("%s, %t: %d %s", endpoint, credentials, status, sharing(header))
			}
			for name, headers := range map[string][]string{
				"another origin": {"Origin: https://evil.example", good[1]},
				"null":           {"Origin: null", good[1]},
				"a longer one":   {"Origin: " + app + ".evil.example", good[1]},
				"another scheme": {"Origin: http://app.example", good[1]},
				"another port":   {"Origin: " + app + ":8443", good[1]},
				"capitals":       {"Origin: https://APP.example", good[1]},
				"two":            {"Origin: " + app, "Origin: " + app, good[1]},
				"none":           {good[1]},
			} {
				if status, header, _ := send(t, "OPTIONS", base, nil, headers...); status != 405 || sharing(header) != "Vary=Origin" {
					t.Errorf("%s, %s: %d %s", endpoint, name, status, sharing(header))
				}
			}
			if status, _, _ := send(t, "OPTIONS", base, nil, good[0]); status != 405 { // no preflight
				t.Errorf("%s: OPTIONS is answered by %d", endpoint, status)
			}
		}
	}
	for _, endpoint := range []string{"click?t=x", "offers.js", "openapi.json", "nothing"} {
		if status, header, _ := send(t, "OPTIONS", withCORS(t, true)+"/.proffer/"+endpoint, nil, good...); status < 404 || sharing(header) != "Vary=" {
			t.Errorf("%s: %d %s", endpoint, status, sharing(header))
		}
	}
	_, base := api(t, proxy.Config{})
	if status, header, _ := send(t, "OPTIONS", base+"/.proffer/decide", nil, good...); status != 405 || sharing(header) != "Vary=" {
		t.Errorf("without CORS: %d %s", status, sharing(header))
	}
}

// TestFromOtherOrigins holds who is let in, and what with.
func TestFromOtherOrigins(t *testing.T) {
	_, own := api(t, proxy.Config{})
	_, header, text := call(t, own, heroCall)
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	accept := read(t, text).Slots[0].Links.Accept // the same everywhere: time, randomness and keys are
	const without, with = "Allow-Origin=" + app + " Vary=Origin", "Allow-Origin=" + app + " Allow-Credentials=true Vary=Origin"
	for name, c := range map[string]struct {
		credentials     bool
		headers         []string
		in, known       bool // let in, with its cookies
		shares, sharing string
	}{
		"listed":                     {false, []string{"Origin: " + app, "Sec-Fetch-Site: cross-site"}, true, false, without, without},
		"listed, with credentials":   {true, []string{"Origin: " + app, "Sec-Fetch-Site: cross-site"}, true, true, with, with},
		"of one site":                {true, []string{"Origin: " + app, "Sec-Fetch-Site: same-site"}, true, true, with, with},
		"without the browser's word": {false, []string{"Origin: " + app}, true, false, without, without},
		"another":                    {true, []string{"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}, false, false, "Vary=Origin", "Vary=Origin"},
		"no origin, cross-site":      {true, []string{"Sec-Fetch-Site: cross-site"}, false, false, "Vary=Origin", "Vary=Origin"},
		"null":                       {true, []string{"Origin: null"}, false, false, "Vary=Origin", "Vary=Origin"},
		"two":                        {true, []string{"Origin: " + app, "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}, false, false, "Vary=Origin", "Vary=Origin"},
		"our own":                    {false, []string{"Origin: http://shop.example", "Sec-Fetch-Site: same-origin"}, true, true, "Vary=Origin", "Vary=Origin"},
		"nobody":                     {false, nil, true, true, "Vary=Origin", "Vary=Origin"},
	} {
		t.Run(name, func(t *testing.T) {
			base := withCORS(t, c.credentials)
			headers := append([]string{"Cookie: " + cookie}, c.headers...)
			status, header, text := call(t, base, heroCall, headers...)
			if (status == 200) != c.in || !c.in && status != 403 || sharing(header) != c.sharing {
				t.Errorf("decide: %d %s %s", status, sharing(header), text)
			}
			status, header, text = send(t, "POST", base+accept, nil, headers...)
			if (status == 204) != c.in || !c.in && status != 403 || sharing(header) != c.shares || (len(header["Set-Cookie"]) == 1) != c.known {
				t.Errorf("event: %d %v %s", status, header, text)
			}
			status, header, text = send(t, "POST", base+"/.proffer/forget", nil, headers...)
			if (status == 204) != c.in || !c.in && status != 403 || sharing(header) != c.shares || (len(header["Set-Cookie"]) == 2) != c.known {
				t.Errorf("forget: %d %v %s", status, header, text)
			}
		})
	}
}

// Without credentials a page elsewhere is a stranger's, whatever it sends: it
// leaves the visitor's cookie alone, and nothing that it tells is noted.
func TestStrangersElsewhere(t *testing.T) {
	for credentials, cookies := range map[bool]int{true: 1, false: 0} {
		log := &taken{}
		_, base := api(t, proxy.Config{CORS: proxy.CORS{Origins: []string{app}, Credentials: credentials}, Events: log})
		_, header, _ := call(t, base, heroCall, "Origin: "+app, "Sec-Fetch-Site: cross-site")
		if len(header["Set-Cookie"]) != cookies {
			t.Errorf("credentials %t: sets %q", credentials, header["Set-Cookie"])
		}
		_, header, _ = call(t, base, heroCall)
		cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
		_, _, text := call(t, base, heroCall, "Origin: "+app, "Cookie: "+cookie, "Authorization: Bearer peer")
		if d := read(t, text); d.Visitor.New == credentials {
			t.Errorf("credentials %t: the visitor is new: %t", credentials, d.Visitor.New)
		}
		shown := len(log.put)
		for _, call := range []string{"accept", "seen"} {
			link := map[string]string{"accept": read(t, text).Slots[0].Links.Accept, "seen": read(t, text).Slots[0].Links.Seen}[call]
			if status, _, _ := send(t, "POST", base+link, nil, "Origin: "+app, "Cookie: "+cookie); status != 204 {
				t.Errorf("credentials %t: %s is answered by %d", credentials, call, status)
			}
		}
		if shown != 3 || len(log.committed) != cookies {
			t.Errorf("credentials %t: put %q, committed %q", credentials, log.put, log.committed)
		}
	}
}

// A form of a listed origin is let in, and leads nowhere but to this host.
func TestFormElsewhere(t *testing.T) {
	status, header, _ := send(t, "POST", withCORS(t, true)+"/.proffer/forget", nil,
		"Origin: "+app, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Referer: "+app+"/page")
	if status != 303 || header.Get("Location") != "/" {
		t.Errorf("%d %v", status, header)
	}
}
