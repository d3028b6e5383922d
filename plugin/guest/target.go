package guest

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/seal"
)

// fillTargets gives every environment that answers its target attributes: the
// schema's defaults, over them what the visitor's section of the cookie (or
// the host's record in its place) holds, over them what a people source or a
// verified token says of the person.
func (g *Guest) fillTargets() {
	p := &g.page
	p.own = p.own[:0]
	for _, index := range g.engine.Reached() {
		env := g.view.Environment(index)
		target := g.engine.Target(index)
		first := len(p.own)
		for range target {
			p.own = append(p.own, false)
		}
		own := p.own[first:]
		g.fillDefaults(env, target)
		if env.Kind() == snapshot.KindAnonymous {
			g.fillVisitor(env, target, own)
		} else {
			g.fillSection(env, target, own)
			g.fillPerson(env, target)
		}
	}
}

func (g *Guest) fillDefaults(env *snapshot.Environment, target []expr.Value) {
	r := env.Target()
	for i := range target {
		a := g.view.Attribute(r.Start + uint32(i))
		target[i] = decide.Value(g.view.Value(a.Default()), a.Type())
	}
}

func (g *Guest) fillVisitor(env *snapshot.Environment, target []expr.Value, own []bool) {
	if !g.page.consent || g.page.replaced {
		return
	}
	record := g.visitorRecord(env)
	if record == nil {
		g.fillSection(env, target, own)
		return
	}
	g.fillRecord(env, record.Attributes, target, own)
}

func (g *Guest) fillRecord(env *snapshot.Environment, attributes abi.Attributes, target []expr.Value, own []bool) {
	r := env.Target()
	var a abi.Attribute
	for it := attributes.Iterate(); it.Next(&a); {
		i := g.view.FindAttribute(r, a.Name)
		if i == snapshot.None {
			continue
		}
		if v := decide.Value(a.Value, g.view.Attribute(r.Start+i).Type()); v.Kind != expr.Missing {
			target[i] = v
			if own != nil {
				own[i] = true
			}
		}
	}
}

// fillSection takes the attributes that the cookie holds for an environment.
// One whose type has changed since is dropped.
func (g *Guest) fillSection(env *snapshot.Environment, target []expr.Value, own []bool) {
	r := env.Target()
	data := g.page.state.Section(env.Kind() == snapshot.KindIdentified, env.Section()).Data()
	at := uint32(0)
	for {
		hash, raw, ok := data.Next()
		if !ok {
			return
		}
		if at, ok = g.attribute(r, at, hash); !ok {
			continue
		}
		if v := decide.Value(raw, g.view.Attribute(r.Start+at).Type()); v.Kind != expr.Missing {
			target[at], own[at] = v, true
		}
	}
}

// attribute is the place of the attribute with that hash. It looks from a place
// on, for a section has its attributes in the order of the schema that it was
// written under.
func (g *Guest) attribute(r snapshot.Range, from, hash uint32) (at uint32, ok bool) {
	for range r.Count {
		if from >= r.Count {
			from = 0
		}
		if g.view.Attribute(r.Start+from).Hash() == hash {
			return from, true
		}
		from++
	}
	return from, false
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
		if n, ok := parseInt(value); ok {
			return expr.FromInt(n)
		}
	case catalog.TypeDouble:
		if f, ok := parseFloat(value); ok {
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
		n, ok := parseInt(value)
		return wire.AppendInt(dst, n), ok
	case catalog.TypeDoubleList:
		f, ok := parseFloat(value)
		return wire.AppendFloat(dst, f), ok
	}
	return dst, false
}

// keep copies bytes that must live until the response is written.
func (g *Guest) keep(b []byte) []byte {
	start := len(g.page.text)
	g.page.text = append(g.page.text, b...)
	return g.page.text[start:len(g.page.text):len(g.page.text)]
}
