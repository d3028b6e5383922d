package visitor_test

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/visitor"
)

// bits writes fields of so many bits each, as a TCF string has them.
type bits struct {
	b []byte
	n int
}

func (w *bits) field(value uint64, size int) {
	for i := size - 1; i >= 0; i-- {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(value>>i&1) << (7 - w.n%8)
		w.n++
	}
}

// tcf is a core string with these purposes, bit n-1 for purpose n.
func tcf(version uint64, purposes uint32) string {
	var w bits
	w.field(version, 6)
	w.field(0x3_1234_5678, 36) // created
	w.field(0x3_1234_5679, 36) // updated
	w.field(300, 12)           // CMP
	w.field(1, 12)             // its version
	w.field(1, 6)              // screen
	w.field(4, 6)              // language
	w.field(13, 6)
	w.field(200, 12) // vendor list
	w.field(5, 6)    // policy
	w.field(0, 2)    // service-specific, non-standard texts
	w.field(0xfff, 12)
	for n := range 24 {
		w.field(uint64(purposes>>n&1), 1)
	}
	w.field(0xffffff, 24) // legitimate interests, which are no consent
	w.field(0, 40)
	return base64.RawURLEncoding.EncodeToString(w.b)
}

func TestTCFGrants(t *testing.T) {
	for name, tt := range map[string]struct {
		value string
		asked uint32
		want  bool
	}{
		"all there":          {tcf(2, 0b1001), 0b1001, true},
		"one of two":         {tcf(2, 0b0001), 0b1001, false},
		"more than asked":    {tcf(2, 0xffffff), 1 << 23, true},
		"interest only":      {tcf(2, 0), 1, false},
		"nothing asked":      {tcf(2, 0xffffff), 0, false},
		"beyond 24":          {tcf(2, 0xffffff), 1 << 24, false},
		"version 1":          {tcf(1, 0xffffff), 1, false},
		"version 3":          {tcf(3, 0xffffff), 1, false},
		"segments behind":    {tcf(2, 1) + ".YAAAAAAAAAA.f_gAAAAAAAAA", 1, true},
		"absent":             {"", 1, false},
		"cut":                {tcf(2, 1)[:20], 1, false},
		"not base64url":      {"!" + tcf(2, 1)[1:], 1, false},
		"a dot alone":        {".", 1, false},
		"longer than any is": {tcf(2, 1) + strings.Repeat("A", 4096), 1, false},
	} {
		if got := visitor.TCFGrants([]byte(tt.value), tt.asked); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		has, asked := rapid.Uint32Max(1<<24-1).Draw(t, "has"), rapid.Uint32Range(1, 1<<24-1).Draw(t, "asked")
		if got := visitor.TCFGrants([]byte(tcf(2, has)), asked); got != (has&asked == asked) {
			t.Fatalf("has %024b, asked %024b: %v", has, asked, got)
		}
	})
}

func TestPrefetched(t *testing.T) {
	for value, want := range map[string]bool{
		"": false, "prefetch": true, "prefetch;prerender": true, "prefetch; anonymous-client-ip": true, " prefetch": true,
		"prefetched": false, "pre": false, "Prefetch": false, "navigate": false,
	} {
		if got := visitor.Prefetched([]byte(value)); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestCrawler(t *testing.T) {
	for agent, want := range map[string]bool{
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                                      true,
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": true,
		"Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)":                           true,
		"DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)":                                                    true,
		"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)":                                              true,
		"Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)":                         true,
		"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)":                                     true,
		"Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)":                           true,
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)":        true,
		"WhatsApp/2.23.20.0":                  true,
		"ltx71 - (http://ltx71.com/) crawler": true,
		"":                                    false,
		"curl/8.5.0":                          false,
		"Wget/1.21":                           false,
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36":               false,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile": false,
		"Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile":       false,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0 Robotics/1":                         false,
		strings.Repeat("x", 600) + "Googlebot/2.1": false,
	} {
		if got := visitor.Crawler([]byte(agent)); got != want {
			t.Errorf("%q: %v, want %v", agent, got, want)
		}
	}
}

// declares is what Crawler reports, slowly: it knows the words alone.
func declares(agent string) bool {
	const list = "facebookexternalhit|facebookcatalog|meta-externalagent|mediapartners-google|google-inspectiontool|google-read-aloud|feedfetcher|bingpreview|" +
		"yahoo! slurp|ia_archiver|chatgpt-user|claude-user|perplexity-user|whatsapp/|embedly|chrome-lighthouse|snapchat|skypeuripreview"
	agent = strings.ToLower(agent[:min(len(agent), 512)])
	return regexp.MustCompile(`(^|[^u]|(^|[^c])u)bot([^a-z]|$)|spider|crawler|(^|[^a-z])(` + list + `)`).MatchString(agent)
}

func TestCrawlerByWords(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{
			"bot", "BOT", "cubot", "Cu", "ubot", "b", "Spider", "crawler", "s", "c", "facebookexternalhit", "FacebookCatalog", "meta-externalagent", "Mediapartners-Google",
			"google-inspectiontool", "Google-Read-Aloud", "feedfetcher", "BingPreview", "Yahoo! Slurp", "yahoo", "ia_archiver", "ChatGPT-User", "claude-user", "Perplexity-User",
			"WhatsApp/", "whatsapp", "embedly", "Chrome-Lighthouse", "chrome", "snapchat", "SkypeUriPreview", "Mozilla/5.0", "(", ")", " ", "; ", "-", "/1.0", "x", "Z", "9",
		})
		agent := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		want := declares(agent)
		if got := visitor.Crawler([]byte(agent)); got != want {
			t.Fatalf("%q: %v, want %v", agent, got, want)
		}
		if want {
			found++
		}
	})
	if found == 0 {
		t.Error("no crawler was drawn")
	}
}
