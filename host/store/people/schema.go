package people

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
)

// Schema is what the environments that name a source know of its people.
type Schema struct {
	hash     []byte
	source   string
	declared map[string][]declaration
}

// declaration is an attribute of one environment.
type declaration struct {
	environment string
	kind        uint8
}

// NewSchema reads a snapshot. It is an error if no environment names the source.
func NewSchema(v *snapshot.View, source string) (*Schema, error) {
	s := &Schema{hash: bytes.Clone(v.Hash()), source: source, declared: map[string][]declaration{}}
	var sources []string
	found := false
	for i := range v.Count(snapshot.SecEnvironments) {
		env := v.Environment(i)
		name := string(v.Name(env.People()))
		if name != "" && !slices.Contains(sources, name) {
			sources = append(sources, name)
		}
		if name != source {
			continue
		}
		found = true
		for r, at := env.Target(), env.Target().Start; at < r.End(); at++ {
			a := v.Attribute(at)
			key := string(v.Name(a.Name()))
			s.declared[key] = append(s.declared[key], declaration{string(v.Name(env.Name())), a.Type()})
		}
	}
	if !found {
		return nil, fmt.Errorf("people: no environment of the catalog has its people from source %q; it names %s", source, list(sources))
	}
	return s, nil
}

// list names sources in a message.
func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// check says what is wrong with an attribute; nil where any is right.
func (s *Schema) check() func(name, value []byte) string {
	if s == nil {
		return nil
	}
	return s.problem
}

// problem holds a value to what a decision would make of it.
func (s *Schema) problem(name, value []byte) string {
	declared := s.declared[string(name)]
	if len(declared) == 0 {
		return fmt.Sprintf("is no target attribute of an environment with people: %s; declare it, or leave it out of the file", s.source)
	}
	for _, d := range declared {
		var v expr.Value
		if !decide.Set(&v, value, d.kind) {
			return fmt.Sprintf("is not the %s that environment %q declares", catalog.Type(d.kind), d.environment)
		}
	}
	return ""
}
