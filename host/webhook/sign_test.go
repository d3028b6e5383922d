package webhook

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/store"
)

// The example that the libraries of Standard Webhooks are tested with.
func TestSignature(t *testing.T) {
	secrets, err := ParseSecrets([]byte("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := signature(secrets[0], "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseSecrets(t *testing.T) {
	line := func(size int) string {
		return "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xfe}, size)) + "\n"
	}
	got, err := ParseSecrets([]byte("# the new one\r\n" + line(24) + "\n  " + line(64)))
	if err != nil || len(got) != 2 || len(got[0]) != 24 || len(got[1]) != 64 {
		t.Errorf("got %d, %v", len(got), err)
	}
	for text, says := range map[string]string{
		"": "no secret", "# x\n": "no secret", line(23): "23 (have 24..64)", line(65): "65 (have 24..64)", strings.Repeat(line(24), 5): "5 (have 1..4)",
		line(24) + "secret\n": "line 2 does not begin with whsec_", "whsec_!sesame\n": "line 1 is not base64", strings.ToUpper(line(24)): "does not begin",
	} {
		got, err := ParseSecrets([]byte(text))
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%q: got %d, %v, want %q", text, len(got), err, says)
		}
	}
}

// Whatever an outbox holds, what is sent is JSON, and has an id of its own.
func FuzzEntry(f *testing.F) {
	f.Add("proffer-event/1 e=accepted&t=1&p=0011223344556677&v=v&s=s&c=c&o=a%3Ab&a=8899aabbccddeeff")
	f.Add("proffer-event/1 e=erased&t=1&a=8899aabbccddeeff")
	f.Add("proffer-event/1 e=shown\xff")
	f.Fuzz(func(t *testing.T, line string) {
		e := newEntry(store.Event{Seq: 7, Line: []byte(line)})
		if !strings.HasPrefix(e.id, "7-") || len(e.id) != 18 {
			t.Fatalf("id is %q", e.id)
		}
		if (e.json == nil) != (e.why != "") {
			t.Fatalf("%q: %s, and %q", line, e.json, e.why)
		}
		if e.json == nil {
			return
		}
		var object struct {
			Events []struct{ ID, Event string }
		}
		if err := json.Unmarshal(body([]entry{e, e}), &object); err != nil || len(object.Events) != 2 || object.Events[1].ID != e.id || object.Events[0].Event == "" {
			t.Fatalf("%q: %s, %v", line, body([]entry{e, e}), err)
		}
	})
}

// BenchmarkBody makes an event ready, and signs it with 99 others.
func BenchmarkBody(b *testing.B) {
	line := []byte("proffer-event/1 e=shown&t=1790000000000&i=00112233445566778899aabbccddeeff&p=0011223344556677&v=visitors&s=hero&c=web&o=beach&r=1&m=anonymous&a=8899aabbccddeeff")
	secrets := [][]byte{bytes.Repeat([]byte{7}, 32)}
	const size = 100
	b.ReportAllocs()
	for b.Loop() {
		list := make([]entry, size)
		for i := range list {
			list[i] = newEntry(store.Event{Seq: uint64(i + 1), Line: line})
		}
		if got := signature(secrets[0], "id", "1", body(list)); got == "" {
			b.Fatal("no signature")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/size, "ns/event")
}
