package document

import (
	"fmt"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/profferhq/proffer/plugin/abi"
)

// Recorded is what a recorded request says of its decision.
type Recorded struct {
	Interaction []byte    // abi.InteractionSize bytes
	Snapshot    []byte    // abi.HashSize bytes, of the snapshot that decided
	Response    []byte    // SHA-256 of the module's response
	Visitors    [][]byte  // ids that the request or its answer holds, abi.VisitorSize bytes each
	Keys        []abi.Key // that were configured, without their secrets
	Names       []Name    // the module's other settings where they are not the default
}

// Name is a setting of the module, by its key in plugin/ABI.md, section 3.
type Name struct{ Key, Value string }

// settings are the settings of a configuration that are names.
func settings(c *abi.Config) map[string]*string {
	return map[string]*string{
		"prefix":          &c.Prefix,
		"identity_cookie": &c.IdentityCookie,
		"identity_header": &c.IdentityHeader,
		"person_header":   &c.PersonHeader,
		"country_header":  &c.CountryHeader,
		"device_header":   &c.DeviceHeader,
	}
}

// sizes of what Recorded holds in hex, beside those of package abi.
const responseSize = 32

func (r *reader) recorded(v gjson.Result) *Recorded {
	out := &Recorded{}
	r.object("recorded", v, map[string]func(gjson.Result){
		"interaction": func(v gjson.Result) {
			out.Interaction = r.hex("recorded.interaction", v, abi.InteractionSize)
		},
		"snapshot": func(v gjson.Result) { out.Snapshot = r.hex("recorded.snapshot", v, abi.HashSize) },
		"response": func(v gjson.Result) { out.Response = r.hex("recorded.response", v, responseSize) },
		"visitors": func(v gjson.Result) {
			r.array("recorded.visitors", v, func(field string, v gjson.Result) {
				out.Visitors = append(out.Visitors, r.hex(field, v, abi.VisitorSize))
			})
		},
		"keys":  func(v gjson.Result) { out.Keys = r.keys(v) },
		"names": func(v gjson.Result) { out.Names = r.settings(v) },
	})
	for _, must := range []struct {
		field string
		has   bool
	}{
		{"recorded.interaction", out.Interaction != nil},
		{"recorded.snapshot", out.Snapshot != nil},
		{"recorded.response", out.Response != nil},
	} {
		if !must.has {
			r.fail(must.field, "is missing")
		}
	}
	return out
}

func (r *reader) keys(v gjson.Result) []abi.Key {
	var out []abi.Key
	r.array("recorded.keys", v, func(field string, v gjson.Result) {
		var k abi.Key
		r.object(field, v, map[string]func(gjson.Result){
			"id":      func(v gjson.Result) { k.ID = uint8(r.upTo(field+".id", v, 255)) },
			"use":     func(v gjson.Result) { k.Use = r.str(field+".use", v) },
			"primary": func(v gjson.Result) { k.Primary = r.bool(field+".primary", v) },
		})
		out = append(out, k)
	})
	return out
}

func (r *reader) settings(v gjson.Result) []Name {
	var out []Name
	read := map[string]func(gjson.Result){}
	for key := range settings(abi.DefaultConfig()) {
		read[key] = func(v gjson.Result) { out = append(out, Name{key, r.str("recorded.names."+key, v)}) }
	}
	r.object("recorded.names", v, read)
	return out
}

// Config is the module's configuration for the document where the caller's is
// c: with the document's pauses, and, for one that was recorded, with the
// settings of then and the secrets of c. An error names a key that c lacks.
func (d *Document) Config(c *abi.Config) (*abi.Config, error) {
	out := *c
	out.Paused = d.Paused
	rec := d.Recorded
	if rec == nil {
		return &out, nil
	}
	out = *abi.DefaultConfig()
	out.Paused = d.Paused
	fields := settings(&out)
	for _, n := range rec.Names {
		*fields[n.Key] = n.Value
	}
	for _, k := range rec.Keys {
		i := slices.IndexFunc(c.Keys, func(have abi.Key) bool { return have.ID == k.ID && have.Use == k.Use })
		if i < 0 {
			return nil, fmt.Errorf("it was recorded under the %s key with id %d, which is not among the keys", k.Use, k.ID)
		}
		k.Secret = c.Keys[i].Secret
		out.Keys = append(out.Keys, k)
	}
	return &out, nil
}
