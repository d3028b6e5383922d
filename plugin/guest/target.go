package guest

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/number"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// held is what the visitor's record has for one target attribute.
type held struct {
	own     ownership
	at, end uint16 // its value in the data of the cookie's section, whatever it is worth; empty: none
}

// ownership says where the visitor's own value of an attribute comes from.
type ownership uint8

const (
	ownNone   ownership = iota // the record holds none of the declared type
	ownCookie                  // from the cookie
	ownRecord                  // from the host's record, in place of the cookie
)

// fillTargets gives every environment that answers its target attributes: over
// the schema's defaults what the visitor's section of the cookie (or the host's
// record in its place) holds, over them what a people source or a verified token
// says of the person.
func (g *Guest) fillTargets() {
	p := &g.page
	p.held = p.held[:0]
	for _, index := range g.engine.Reached() {
		env := g.view.Environment(index)
		target := g.engine.Target(index)
		first := len(p.held)
		for range target {
			p.held = append(p.held, held{})
		}
		if env.Kind() == snapshot.KindAnonymous {
			g.fillVisitor(env, index, p.held[first:])
		} else {
			g.fillSection(env, index, p.held[first:], true)
			g.fillPerson(env, target)
		}
	}
}

func (g *Guest) fillVisitor(env *snapshot.Environment, index uint32, own []held) {
	if !g.page.consent || g.page.replaced {
		return
	}
	record := g.visitorRecord(env)
	g.fillSection(env, index, own, record == nil || g.stored(env)) // what a store lacks it has not been told
	if record != nil {
		g.fillRecord(env, record.Attributes, g.engine.Target(index), own)
	}
}

func (g *Guest) fillRecord(env *snapshot.Environment, attributes abi.Attributes, target []expr.Value, own []held) {
	r := env.Target()
	var a abi.Attribute
	for it := attributes.Iterate(); it.Next(&a); {
		i := g.view.FindAttribute(r, a.Name)
		if i == snapshot.None {
			continue
		}
		if decide.Set(&target[i], a.Value, g.view.Attribute(r.Start+i).Type()) && own != nil {
			own[i].own = ownRecord
		}
	}
}

// fillSection finds the attributes that the cookie holds for an environment and,
// if they are to be used, takes their values. One whose type has changed since
// is dropped. A section has its attributes in the order of the schema that it was
// written under, so the search for one starts behind the last.
func (g *Guest) fillSection(env *snapshot.Environment, index uint32, own []held, use bool) {
	section := g.page.state.Section(env.Kind() == snapshot.KindIdentified, env.Section())
	if section == nil {
		return
	}
	data, schema, target := section.Data(), g.engine.Schema(index), g.engine.Target(index)
	place := 0
	for at := 0; ; {
		hash, start, end, ok := visitor.Attribute(data, at)
		if !ok {
			return
		}
		at = end
		if place >= len(schema) || schema[place].Hash != hash {
			if place = find(schema, hash); place == len(schema) {
				continue
			}
		}
		own[place].at, own[place].end = uint16(start), uint16(end)
		if use && decide.Set(&target[place], data[start:end], schema[place].Type) {
			own[place].own = ownCookie
		}
		place++
	}
}

// find is the place of the attribute with that hash; the schema's length if
// there is none.
func find(schema []decide.Declared, hash uint32) int {
	for i := range schema {
		if schema[i].Hash == hash {
			return i
		}
	}
	return len(schema)
}

func (g *Guest) fillPerson(env *snapshot.Environment, target []expr.Value) {
	if person := g.person(env); person != nil {
		g.fillRecord(env, person.Attributes, target, nil)
		return
	}
	if g.page.identity.token {
		g.fillToken(env, target)
	}
}

// fillToken takes the token's attributes, which are text, by the types of the
// schema. A list is a name that comes more than once; of other types the first
// counts. Text that does not read as the type is left out.
func (g *Guest) fillToken(env *snapshot.Environment, target []expr.Value) {
	p := &g.page
	r := env.Target()
	var seen [abi.MaxAttributes]uint32
	n := 0
	var scratch [seal.MaxAttribute]byte
	for it := p.identity.attributes; n < len(seen); {
		name, value, ok := it.Next(scratch[:0])
		if !ok {
			return
		}
		i := g.view.FindAttribute(r, name)
		if i == snapshot.None || contains(seen[:n], i) {
			continue
		}
		seen[n] = i
		n++
		typ := catalog.Type(g.view.Attribute(r.Start + i).Type())
		if v := g.parse(typ, name, value); v.Kind != expr.Missing {
			target[i] = v
		}
	}
}

func contains(list []uint32, x uint32) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// parse reads a token's text as a declared type.
func (g *Guest) parse(typ catalog.Type, name, value []byte) expr.Value {
	switch typ {
	case catalog.TypeString:
		return expr.FromString(g.keep(value))
	case catalog.TypeBool:
		if s := string(value); s == "true" || s == "false" {
			return expr.FromBool(s == "true")
		}
	case catalog.TypeInt:
		if n, ok := number.ParseInt(value); ok {
			return expr.FromInt(n)
		}
	case catalog.TypeDouble:
		if f, ok := number.ParseFloat(value); ok {
			return expr.FromDouble(f)
		}
	default:
		return decide.Value(g.list(typ, name), uint8(typ))
	}
	return expr.Value{}
}

// list gathers every value of a name into a msgpack array; nil if one does not
// read as the element's type.
func (g *Guest) list(typ catalog.Type, name []byte) []byte {
	var elements [seal.MaxAttribute]byte
	out, n := elements[:0], 0
	var scratch [seal.MaxAttribute]byte
	for it := g.page.identity.attributes; ; {
		other, value, ok := it.Next(scratch[:0])
		if !ok {
			break
		}
		if string(other) != string(name) {
			continue
		}
		if out, ok = appendElement(out, typ, value); !ok {
			return nil
		}
		n++
	}
	start := len(g.page.text)
	g.page.text = append(wire.AppendArray(g.page.text, n), out...)
	return g.page.text[start:]
}

func appendElement(dst []byte, typ catalog.Type, value []byte) ([]byte, bool) {
	switch typ {
	case catalog.TypeStringList:
		return wire.AppendStrBytes(dst, value), true
	case catalog.TypeIntList:
		n, ok := number.ParseInt(value)
		return wire.AppendInt(dst, n), ok
	case catalog.TypeDoubleList:
		f, ok := number.ParseFloat(value)
		return wire.AppendFloat(dst, f), ok
	}
	return dst, false
}

// keep copies bytes that must live until the response is written.
//
//go:noinline
func (g *Guest) keep(b []byte) []byte {
	start := len(g.page.text)
	g.page.text = append(g.page.text, b...)
	return g.page.text[start:len(g.page.text):len(g.page.text)]
}
