package visitor_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// TestVectorsOfTickets: tickets are written and read as the page says.
func TestVectorsOfTickets(t *testing.T) {
	v := readVectors(t)
	ring := seal.TestKeyring()
	seen := map[string]bool{}
	for _, one := range v.Tickets {
		seen[one.Action] = true
		want := visitor.Ticket{
			ID: [8]byte(one.ID), Environment: hash32(one.Environment), Space: hash32(one.Space), Offer: hash32(one.Offer),
			Channel: channel(one.Channel), Minute: one.Minute, Status: one.Status, Destination: []byte(one.Destination),
		}
		if len(one.Visitor) > 0 {
			want.Visitor = visitor.Tag((*[16]byte)(one.Visitor))
		}
		action, ok := visitor.ParseAction([]byte(one.Action))
		if !ok {
			t.Fatalf("no action %q", one.Action)
		}
		if got := visitor.AppendTicket(nil, ring, action, &want); string(got) != one.Value {
			t.Errorf("%s ticket %s, want %s", one.Action, got, one.Value)
		}
		if body, _, ok := seal.Open(nil, ring, seal.UseCookie, one.Action, []byte(one.Value)); !ok || string(body) != string(one.Body) {
			t.Errorf("%s ticket holds %x, want %x", one.Action, body, one.Body)
		}
		got, ok := visitor.OpenTicket(make([]byte, 0, seal.OpenSize), ring, action, []byte(one.Value))
		if !ok || !sameTicket(&got, &want) {
			t.Errorf("%s ticket opens to %+v, want %+v", one.Action, got, want)
		}
	}
	if len(seen) != len(actions) {
		t.Errorf("actions %v, want all of %v", seen, actions)
	}
}

// TestVectorsOfTokens: identity tokens are written and read as the page says.
func TestVectorsOfTokens(t *testing.T) {
	v := readVectors(t)
	ring := seal.TestKeyring()
	if len(v.Tokens) < 4 {
		t.Fatal("the file is cut short")
	}
	for _, one := range v.Tokens {
		var list []seal.Attribute
		for _, a := range one.Attributes {
			list = append(list, seal.Attribute{Name: a[0], Value: a[1]})
		}
		if got, err := seal.AppendToken(nil, ring, one.Source, one.Key, one.Exp, list); err != nil || string(got) != one.Token {
			t.Errorf("token %s, %v, want %s", got, err, one.Token)
		}
		if got := string(decode([]byte(strings.Split(one.Token, ".")[2]))); got != one.Payload {
			t.Errorf("payload %s, want %s", got, one.Payload)
		}
		got, status := seal.VerifyToken(nil, ring, []byte(one.Token), forgedTime)
		if status != seal.Valid || string(got.Source) != one.Source || string(got.Key) != one.Key || got.Expires != one.Exp {
			t.Errorf("%s says %+v, %v", one.Token, got, status)
		}
		for _, want := range list {
			name, value, ok := got.Attributes.Next(nil)
			if !ok || string(name) != want.Name || string(value) != want.Value {
				t.Errorf("attribute %s=%s, %v, want %+v", name, value, ok, want)
			}
		}
	}
}

// TestVectorsOfPeers: peer tokens are written and read as the page says.
func TestVectorsOfPeers(t *testing.T) {
	v := readVectors(t)
	ring := seal.TestKeyring()
	if len(v.Peers) < 2 {
		t.Fatal("the file is cut short")
	}
	for _, one := range v.Peers {
		if got, err := seal.AppendPeer(nil, ring, one.Exp); err != nil || string(got) != one.Token {
			t.Errorf("token %s, %v, want %s", got, err, one.Token)
		}
		if got := string(decode([]byte(strings.Split(one.Token, ".")[2]))); got != one.Payload {
			t.Errorf("payload %s, want %s", got, one.Payload)
		}
		if got := seal.VerifyPeer(ring, []byte(one.Token), forgedTime); got != seal.Valid {
			t.Errorf("%s is %v", one.Token, got)
		}
	}
}
