package meter

import (
	"fmt"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// Hash is that of a snapshot.
func Hash(t testing.TB, b []byte) []byte {
	t.Helper()
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	return v.Hash()
}

// Message is the request to the module for the page, on a snapshot by its hash or
// whole.
func Message(snapshot []byte) []byte {
	r := abi.Request{
		Kind: abi.KindPage, Snapshot: snapshot, Time: 1_800_000_000_000, Seed: 1, Entropy: make([]byte, abi.EntropySize),
		Want: abi.WantHTML, Host: []byte(Host), Path: []byte(Path), HasSlots: true,
		Headers: []abi.Header{{Name: []byte("accept-language"), Value: []byte("en")}, {Name: []byte("user-agent"), Value: []byte("test")}},
	}
	for _, name := range Slots {
		r.Slots = append(r.Slots, abi.Slot{Space: []byte(name), N: 1})
	}
	return abi.AppendRequest(nil, &r)
}

// Ping is a request that decides nothing.
func Ping() []byte { return abi.AppendRequest(nil, &abi.Request{Kind: abi.KindPing}) }

// Settings are the published test key as the cookie's.
func Settings() []byte {
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{ID: seal.TestKeyID, Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()}}
	return abi.AppendConfig(nil, c)
}

// Asks is a step that hands a message to an engine, and looks for the offers in the
// answer unless it is a ping.
func Asks(handle func([]byte) ([]byte, error), message []byte) Step {
	var answer []byte
	ping := string(message) == string(Ping())
	return Step{
		Do: func() (err error) {
			answer, err = handle(message)
			return err
		},
		Check: func() error {
			if status, ok := abi.StatusOf(answer); !ok || status != abi.StatusOK || !ping && Filled(string(answer)) != nil {
				return fmt.Errorf("the answer is %.200q", answer)
			}
			return nil
		},
	}
}
