package explain

import (
	"fmt"
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// meant proposes the known name that somebody is likely to have meant.
func (x *reading) meant(name string, known []string) string {
	if near := catalog.Nearest(name, known); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

// answering are the environments that answer a slot, each once.
func (x *reading) answering() (out []uint32) {
	for i := range x.trace.Groups {
		if env := x.envIndex(i); !slices.Contains(out, env) {
			out = append(out, env)
		}
	}
	return out
}

func (x *reading) environments() (out []string) {
	for i := range x.view.Count(snapshot.SecEnvironments) {
		out = append(out, x.name(x.view.Environment(i).Name()))
	}
	return out
}

func (x *reading) spaces(env uint32) (out []string) {
	r := x.view.Environment(env).Spaces()
	for i := r.Start; i < r.End(); i++ {
		out = append(out, x.name(x.view.Space(i).Name()))
	}
	return out
}

func (x *reading) allSpaces() (out []string) {
	for i := range x.view.Count(snapshot.SecSpaces) {
		out = append(out, x.name(x.view.Space(i).Name()))
	}
	return out
}

func (x *reading) categories(env *snapshot.Environment) (out []string) {
	for i := env.Categories().Start; i < env.Categories().End(); i++ {
		out = append(out, x.name(x.view.Category(i).Name()))
	}
	return out
}

func (x *reading) themes(env *snapshot.Environment) (out []string) {
	for i := env.Categories().Start; i < env.Categories().End(); i++ {
		r := x.view.Category(i).Themes()
		for j := r.Start; j < r.End(); j++ {
			out = append(out, x.name(x.view.List(j)))
		}
	}
	return out
}

// offers are the codes of the environments that answer.
func (x *reading) offers() (out []string) {
	for _, env := range x.answering() {
		r := x.view.Environment(env).Offers()
		for i := r.Start; i < r.End(); i++ {
			out = append(out, x.name(x.view.Offer(i).Code()))
		}
	}
	return out
}

// hasOffer reports whether an environment that answers has an offer of a code.
func (x *reading) hasOffer(code []byte) bool {
	id := x.view.Find(code)
	for _, env := range x.answering() {
		r := x.view.Environment(env).Offers()
		for i := r.Start; i < r.End(); i++ {
			if x.view.Offer(i).Code() == id {
				return true
			}
		}
	}
	return false
}

func (x *reading) channels() (out []string) {
	for i := range x.view.Count(snapshot.SecSpaces) {
		out = append(out, x.name(x.view.Space(i).Channel()))
	}
	return out
}
