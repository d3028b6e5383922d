package jwt_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/jwt"
)

var algorithms = []string{jwt.HS256, jwt.RS256, jwt.EdDSA}

func TestVerify(t *testing.T) {
	for _, a := range algorithms {
		v := verifier(t, a)
		for range 2 { // the second time it is known
			if got, r := v.Verify(good(a)); got != "1002" || r != jwt.Verified {
				t.Errorf("%s: %q, %v", a, got, r)
			}
		}
		if n := v.Count(jwt.Verified); n != 2 {
			t.Errorf("%s: %d counted, want 2", a, n)
		}
	}
}

// TestHostile holds what becomes of tokens that are not as they should be. Each
// is signed with the right key, unless its name says otherwise, so that it is
// the rule that refuses it.
func TestHostile(t *testing.T) {
	const plain = `{"alg":"RS256"}`
	body := func(more string) string { return `{"sub":"1002","exp":1783688400` + more + `}` }
	rs := func(header, payload string) string { return sign(jwt.RS256, header, payload) }
	ok := rs(plain, body(""))
	head, rest, _ := strings.Cut(ok, ".")
	middle, sig, _ := strings.Cut(rest, ".")
	publicAsSecret := func() string {
		text := b64([]byte(`{"alg":"HS256"}`)) + "." + middle
		return text + "." + b64(hs256(keyText(t, jwt.RS256), text))
	}
	for name, c := range map[string]struct {
		token string
		want  jwt.Result
	}{
		"as it should be": {ok, jwt.Verified},

		"none":                             {b64([]byte(`{"alg":"none"}`)) + "." + middle + ".", jwt.Algorithm},
		"none, signed":                     {rs(`{"alg":"none"}`, body("")), jwt.Algorithm},
		"nOnE":                             {b64([]byte(`{"alg":"nOnE"}`)) + "." + middle + ".", jwt.Algorithm},
		"HS256 under the public key":       {publicAsSecret(), jwt.Algorithm},
		"RS512":                            {rs(`{"alg":"RS512"}`, body("")), jwt.Algorithm},
		"PS256":                            {rs(`{"alg":"PS256"}`, body("")), jwt.Algorithm},
		"ES256":                            {rs(`{"alg":"ES256"}`, body("")), jwt.Algorithm},
		"EdDSA":                            {sign(jwt.EdDSA, `{"alg":"EdDSA"}`, body("")), jwt.Algorithm},
		"lower case":                       {rs(`{"alg":"rs256"}`, body("")), jwt.Algorithm},
		"an algorithm that is no string":   {rs(`{"alg":256}`, body("")), jwt.Algorithm},
		"no algorithm":                     {rs(`{"typ":"JWT"}`, body("")), jwt.Algorithm},
		"algorithm by another name":        {rs(`{"ALG":"RS256"}`, body("")), jwt.Algorithm},
		"two algorithms, the second ours":  {rs(`{"alg":"none","alg":"RS256"}`, body("")), jwt.Malformed},
		"two algorithms, one escaped":      {rs(`{"\u0061lg":"none","alg":"RS256"}`, body("")), jwt.Malformed},
		"something critical":               {rs(`{"alg":"RS256","crit":["exp"]}`, body("")), jwt.Malformed},
		"a header that is a list":          {rs(`["RS256"]`, body("")), jwt.Malformed},
		"a header that is null":            {rs(`null`, body("")), jwt.Algorithm},
		"text behind the header":           {rs(plain+"{}", body("")), jwt.Malformed},
		"a key of its own":                 {sign(jwt.EdDSA, `{"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"`+b64(edKey()[32:])+`"}}`, body("")), jwt.Algorithm},
		"a kid, and the key has none":      {rs(`{"alg":"RS256","kid":"../../dev/null"}`, body("")), jwt.Verified},
		"a kid that is no string":          {rs(`{"alg":"RS256","kid":7}`, body("")), jwt.Malformed},
		"a kid that is empty":              {rs(`{"alg":"RS256","kid":""}`, body("")), jwt.Malformed},
		"two kids":                         {rs(`{"alg":"RS256","kid":"a","kid":"b"}`, body("")), jwt.Malformed},
		"signed by another RSA key's form": {head + "." + middle + "." + b64(make([]byte, 256)), jwt.Signature},
		"another payload":                  {head + "." + b64([]byte(body(`,"x":1`))) + "." + sig, jwt.Signature},
		"no signature":                     {head + "." + middle + ".", jwt.Signature},
		"a signature cut short":            {head + "." + middle + "." + b64(make([]byte, 255)), jwt.Signature},

		"empty":                        {"", jwt.Malformed},
		"one dot":                      {head + "." + middle, jwt.Malformed},
		"three dots":                   {ok + ".", jwt.Malformed},
		"four parts":                   {head + "." + middle + "." + middle + "." + sig, jwt.Malformed},
		"five parts, as if encrypted":  {"a.b.c.d.e", jwt.Malformed},
		"dots alone":                   {"..", jwt.Malformed},
		"padding":                      {ok + "=", jwt.Malformed},
		"padding in the header":        {head + "=." + middle + "." + sig, jwt.Malformed},
		"base64 with + and /":          {head + "." + middle + "." + strings.Repeat("+/", 171), jwt.Malformed},
		"a line end in the signature":  {head + "." + middle + "." + sig[:20] + "\n" + sig[20:], jwt.Malformed},
		"a space in front":             {" " + ok, jwt.Malformed},
		"a zero byte":                  {ok + "\x00", jwt.Malformed},
		"a letter that looks the same": {strings.Replace(ok, "e", "е", 1), jwt.Malformed}, // U+0435
		"not UTF-8":                    {ok[:10] + "\xff" + ok[10:], jwt.Malformed},
		"too long":                     {rs(plain, body(`,"x":"`+strings.Repeat("x", 3000)+`"`)), jwt.TooLong},
		"4 MB":                         {strings.Repeat("a", 4<<20), jwt.TooLong},
		"deep":                         {rs(plain, body(`,"x":`+strings.Repeat("[", 1300)+strings.Repeat("]", 1300))), jwt.Verified},

		"no claims":                       {rs(plain, ``), jwt.Malformed},
		"claims that are null":            {rs(plain, `null`), jwt.Claim},
		"claims that are a list":          {rs(plain, `[1]`), jwt.Malformed},
		"claims that are text":            {rs(plain, `"1002"`), jwt.Malformed},
		"claims cut short":                {rs(plain, `{"sub":"1002","exp":1783688400`), jwt.Malformed},
		"text behind the claims":          {rs(plain, body("")+body("")), jwt.Malformed},
		"claims not UTF-8":                {rs(plain, body(",\"x\":\"\xff\"")), jwt.Malformed},
		"two people":                      {rs(plain, body(`,"sub":"1003"`)), jwt.Malformed},
		"two people, one escaped":         {rs(plain, body(`,"s\u0075b":"1003"`)), jwt.Malformed},
		"two expiries":                    {rs(plain, body(`,"exp":1783688401`)), jwt.Malformed},
		"a name twice that means nothing": {rs(plain, body(`,"x":1,"x":2`)), jwt.Malformed},
		"a person by another case":        {rs(plain, `{"SUB":"1002","exp":1783688400}`), jwt.Claim},
		"names that differ in case":       {rs(plain, body(`,"Sub":"1003"`)), jwt.Verified},

		"no person":                    {rs(plain, `{"exp":1783688400}`), jwt.Claim},
		"a person that is empty":       {rs(plain, `{"sub":"","exp":1783688400}`), jwt.Claim},
		"a person that is null":        {rs(plain, `{"sub":null,"exp":1783688400}`), jwt.Claim},
		"a person that is a list":      {rs(plain, `{"sub":["1002"],"exp":1783688400}`), jwt.Claim},
		"a person that is an object":   {rs(plain, `{"sub":{"id":"1002"},"exp":1783688400}`), jwt.Claim},
		"a person that is true":        {rs(plain, `{"sub":true,"exp":1783688400}`), jwt.Claim},
		"a person that is a fraction":  {rs(plain, `{"sub":1002.0,"exp":1783688400}`), jwt.Claim},
		"a person with an exponent":    {rs(plain, `{"sub":1e3,"exp":1783688400}`), jwt.Claim},
		"a person below zero":          {rs(plain, `{"sub":-1,"exp":1783688400}`), jwt.Claim},
		"a person of 257 bytes":        {rs(plain, `{"sub":"`+strings.Repeat("x", 257)+`","exp":1783688400}`), jwt.Claim},
		"a person of 256 bytes":        {rs(plain, `{"sub":"`+strings.Repeat("x", 256)+`","exp":1783688400}`), jwt.Verified},
		"a person of 300 bytes of ü":   {rs(plain, `{"sub":"`+strings.Repeat("ü", 150)+`","exp":1783688400}`), jwt.Claim},
		"no expiry":                    {rs(plain, `{"sub":"1002"}`), jwt.Claim},
		"an expiry that is text":       {rs(plain, `{"sub":"1002","exp":"1783688400"}`), jwt.Claim},
		"an expiry that is null":       {rs(plain, `{"sub":"1002","exp":null}`), jwt.Claim},
		"an expiry out of all reason":  {rs(plain, `{"sub":"1002","exp":1e30}`), jwt.Claim},
		"an expiry in milliseconds":    {rs(plain, `{"sub":"1002","exp":1783688400000}`), jwt.Claim},
		"an expiry that is no float":   {rs(plain, `{"sub":"1002","exp":1e400}`), jwt.Claim},
		"an expiry below zero":         {rs(plain, `{"sub":"1002","exp":-1}`), jwt.Claim},
		"an expiry with a fraction":    {rs(plain, `{"sub":"1002","exp":1783688400.5}`), jwt.Verified},
		"expired an hour ago":          {rs(plain, `{"sub":"1002","exp":1783681200}`), jwt.Expired},
		"expired a minute ago":         {rs(plain, `{"sub":"1002","exp":1783684740}`), jwt.Expired},
		"expired within the leeway":    {rs(plain, `{"sub":"1002","exp":1783684741}`), jwt.Verified},
		"not before an hour":           {rs(plain, body(`,"nbf":1783688400`)), jwt.Early},
		"not before the leeway":        {rs(plain, body(`,"nbf":1783684861`)), jwt.Early},
		"within the leeway":            {rs(plain, body(`,"nbf":1783684860`)), jwt.Verified},
		"not before text":              {rs(plain, body(`,"nbf":"now"`)), jwt.Claim},
		"issued in an hour":            {rs(plain, body(`,"iat":1783688400`)), jwt.Early},
		"issued at text":               {rs(plain, body(`,"iat":"now"`)), jwt.Claim},
		"an audience, and none wanted": {rs(plain, body(`,"aud":["a","b"]`)), jwt.Verified},
	} {
		t.Run(name, func(t *testing.T) {
			v := verifier(t, jwt.RS256)
			for range 2 {
				got, r := v.Verify(c.token)
				if r != c.want || (got != "") != (c.want == jwt.Verified) {
					t.Fatalf("got %q, %v, want %v", got, r, c.want)
				}
			}
		})
	}
}

func TestPerson(t *testing.T) {
	for name, c := range map[string]struct{ claim, payload, want string }{
		"text":           {"", `"sub":"K 1"`, "K 1"},
		"a number":       {"", `"sub":12345678901234567890`, "12345678901234567890"},
		"zero":           {"", `"sub":0`, "0"},
		"zeros":          {"", `"sub":"007"`, "007"},
		"escapes":        {"", `"sub":"\u0031\u00fc\"\\"`, `1ü"\`},
		"another claim":  {"https://shop.example/id", `"sub":"no","https://shop.example/id":"yes"`, "yes"},
		"a longer name":  {"", `"sub":"1002","sub2":"x"`, "1002"},
		"21 digits":      {"", `"sub":123456789012345678901`, ""},
		"only another":   {"uid", `"sub":"1002"`, ""},
		"not in the top": {"id", `"user":{"id":"1002"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := verifier(t, jwt.HS256, func(c2 *jwt.Config) { c2.Claim = c.claim })
			got, r := v.Verify(sign(jwt.HS256, `{"alg":"HS256"}`, `{"exp":1783688400,`+c.payload+`}`))
			if got != c.want || (r == jwt.Verified) != (c.want != "") {
				t.Errorf("got %q, %v, want %q", got, r, c.want)
			}
		})
	}
}

func TestIssuerAndAudience(t *testing.T) {
	for name, c := range map[string]struct {
		payload string
		want    jwt.Result
	}{
		"both":                       {`"iss":"https://id.example","aud":"shop"`, jwt.Verified},
		"one of several audiences":   {`"iss":"https://id.example","aud":["other","shop"]`, jwt.Verified},
		"another issuer":             {`"iss":"https://id.example/","aud":"shop"`, jwt.Issuer},
		"no issuer":                  {`"aud":"shop"`, jwt.Claim},
		"an issuer that is a list":   {`"iss":["https://id.example"],"aud":"shop"`, jwt.Claim},
		"another audience":           {`"iss":"https://id.example","aud":"shop2"`, jwt.Audience},
		"another case":               {`"iss":"https://id.example","aud":"Shop"`, jwt.Audience},
		"no audience":                {`"iss":"https://id.example"`, jwt.Claim},
		"no audience in the list":    {`"iss":"https://id.example","aud":[]`, jwt.Claim},
		"an audience that is null":   {`"iss":"https://id.example","aud":null`, jwt.Claim},
		"an audience that is none":   {`"iss":"https://id.example","aud":{"shop":true}`, jwt.Claim},
		"an audience of other types": {`"iss":"https://id.example","aud":["shop",1]`, jwt.Claim},
	} {
		t.Run(name, func(t *testing.T) {
			v := verifier(t, jwt.HS256, func(c *jwt.Config) { c.Issuer, c.Audience = "https://id.example", "shop" })
			_, r := v.Verify(sign(jwt.HS256, `{"alg":"HS256"}`, `{"sub":"1002","exp":1783688400,`+c.payload+`}`))
			if r != c.want {
				t.Errorf("got %v, want %v", r, c.want)
			}
		})
	}
}

// TestFlippedBits: a token in which any bit is another is absent, be the good
// one known already or not.
func TestFlippedBits(t *testing.T) {
	for _, a := range algorithms {
		v := verifier(t, a)
		token := []byte(good(a))
		if _, r := v.Verify(string(token)); r != jwt.Verified {
			t.Fatal(r)
		}
		for bit := range 8 * len(token) {
			token[bit/8] ^= 1 << (bit % 8)
			if got, r := v.Verify(string(token)); r == jwt.Verified || got != "" {
				t.Fatalf("%s: bit %d flipped: %q, %v", a, bit, got, r)
			}
			token[bit/8] ^= 1 << (bit % 8)
		}
		for range 2000 { // and two bytes
			other := []byte(string(token))
			for range 2 {
				other[rand.IntN(len(other))] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."[rand.IntN(65)]
			}
			if _, r := v.Verify(string(other)); r == jwt.Verified && string(other) != string(token) {
				t.Fatalf("%s: %s counts", a, other)
			}
		}
	}
}

// TestKnownTokensEnd: one that is remembered counts no longer than one that is
// not, nor before its time when a clock is put back.
func TestKnownTokensEnd(t *testing.T) {
	now := noon
	v := verifier(t, jwt.EdDSA, func(c *jwt.Config) { c.Clock = func() time.Time { return now } })
	token := sign(jwt.EdDSA, `{"alg":"EdDSA"}`, `{"sub":"1002","nbf":1783684800,"exp":1783688400}`)
	for _, step := range []struct {
		at   time.Duration
		want jwt.Result
	}{
		{0, jwt.Verified},
		{time.Hour + 59*time.Second, jwt.Verified},
		{time.Hour + 60*time.Second, jwt.Expired},
		{time.Hour, jwt.Verified},
		{-60 * time.Second, jwt.Verified},
		{-61 * time.Second, jwt.Early},
	} {
		now = noon.Add(step.at)
		if _, r := v.Verify(token); r != step.want {
			t.Errorf("after %v: %v, want %v", step.at, r, step.want)
		}
	}
}

// FuzzVerify signs any header and any claims, and shows them as a token as a
// whole, too.
func FuzzVerify(f *testing.F) {
	f.Add(`{"alg":"HS256"}`, `{"sub":"1002","exp":1783688400}`)
	f.Add(`{"alg":"HS256","kid":"a"}`, `{"sub":1002,"exp":1783688400.5,"nbf":1,"iat":2,"aud":["a"],"iss":"b"}`)
	f.Add(`{"alg":"none"}`, `{"sub":"1002","sub":"1003","exp":1783688400}`)
	f.Add(good(jwt.HS256), ``)
	v := verifier(f, jwt.HS256)
	f.Fuzz(func(t *testing.T, header, payload string) {
		if _, r := v.Verify(header); r == jwt.Verified && header != good(jwt.HS256) {
			t.Fatalf("%q counts", header)
		}
		got, r := v.Verify(sign(jwt.HS256, header, payload))
		if r != jwt.Verified {
			return
		}
		if got == "" || len(got) > jwt.MaxKey || !strings.Contains(header, "HS256") && !strings.Contains(header, `\u`) {
			t.Fatalf("header %q, claims %q: %q", header, payload, got)
		}
	})
}
