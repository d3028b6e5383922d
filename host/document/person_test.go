package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/profferhq/proffer/host/document"
)

// FuzzPerson holds what is accepted to JSON as the standard library reads it, and to
// what comes out when it is written.
func FuzzPerson(f *testing.F) {
	for _, text := range []string{
		`{"key":"anna","attributes":{"country":"FR","age":41,"spent":1.5,"member":true,"segments":["a","b"]},"cookies":["000102030405060708090a0b0c0d0e0f"]}`,
		`{"key":"x","attributes":{"a":[1,2.5],"b":[],"c":-9223372036854775808,"d":1e300}}`,
		`{"key":"\ud83d\ude00"}`, `{"key":"\ud83d"}`, `{"key":"\ude00\\ud83d"}`, `{"key":"\ud83d\u0061"}`, "{\"key\":\"\xff\"}", `{"key":"x"`, `[]`, `{"key":"x","k":1}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := document.ParsePerson(text, nil)
		if err != nil {
			var at *document.PersonError
			if !errors.As(err, &at) || at.Offset < 0 || at.Offset > len(text) {
				t.Fatalf("%#v is no place in %d bytes", err, len(text))
			}
			return
		}
		var other struct{ Key string }
		if err := json.Unmarshal(text, &other); err != nil || other.Key != p.Key || !utf8.ValidString(p.Key) {
			t.Fatalf("the key is %q, and %q to the standard library (%v)", p.Key, other.Key, err)
		}
		written := document.AppendPerson(nil, &p)
		again, err := document.ParsePerson(written, nil)
		if err != nil || !bytes.Equal(document.AppendPerson(nil, &again), written) {
			t.Fatalf("%s comes back as another (%v)", written, err)
		}
	})
}
