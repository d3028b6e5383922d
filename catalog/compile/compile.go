package compile

import (
	"iter"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// Compile checks a catalog and writes its snapshot. Errors refuse it: then
// there are no bytes. Warnings do not. The diagnostics are sorted. What
// author.Parse checks, such as the forms of names, is not checked again. One
// that it could not read whole is checked as far as it goes and has no bytes:
// nothing is reported that may be due to what is missing.
func Compile(c *catalog.Catalog) ([]byte, catalog.Diagnostics) {
	l := newLinker(ordered(c))
	l.attempt()
	l.diags = l.diags.Limited()
	if l.diags.HasErrors() || c.Incomplete {
		return nil, l.diags
	}
	l.names.seal()
	b := emit(l.out, l.names, l.programs)
	if len(b) > snapshot.MaxSize {
		l.error(c.Name.Pos, "too-large", "", "the snapshot has %d bytes, more than %d", len(b), snapshot.MaxSize)
		return nil, l.diags
	}
	return b, l.diags
}

// linker resolves references, compiles expressions and reports what is wrong.
// Its catalog is ordered, so whatever it numbers as it comes across is numbered
// alike in equal catalogs.
type linker struct {
	src      *catalog.Catalog
	out      *linked
	names    *names
	programs *programs
	diags    catalog.Diagnostics
	spaces   uint32 // how many were numbered
	uses     map[string]*ruleUse
	errors   int          // reported
	charged  int          // bytes
	looked   int          // names, for hints
	current  *environment // that the pass is at, nil = none
	// parameters are the query parameters and headers that expressions read.
	parameters *rule.Parameters
}

func newLinker(c *catalog.Catalog) *linker {
	return &linker{
		src: c, out: &linked{src: c},
		names:      &names{ids: map[string]uint32{}},
		programs:   &programs{ids: map[string]uint32{}},
		uses:       map[string]*ruleUse{},
		parameters: &rule.Parameters{},
	}
}

// link works in passes, so that whatever refers to something finds it: first
// everything that has a name, then what refers to names.
func (l *linker) link() {
	for _, s := range []string{l.src.Name.S, l.src.Zone.S, l.src.Language.S} {
		l.name(s)
	}
	l.environments()
	for env := range l.each() {
		l.pages(env)
		l.identification(env)
		l.trees(env)
	}
	l.number()
	for env := range l.each() {
		l.charge(env.src.Name.Pos, 8*len(env.spaces)*((len(env.offers)+63)/64)) // which offers are live where
		l.spaceDefaults(env)
		l.spaceContent(env)
		l.environmentFilter(env)
		l.offersOf(env)
	}
	l.rankOffers()
	for env := range l.each() {
		l.typology(env)
	}
	l.ruleWindows()
	l.ruleEffects()
	l.sent()
	l.experiments()
	l.sites()
	l.consents()
	l.jsonSlots()
	l.folders()
	l.collisions()
	for env := range l.each() {
		l.remarks(env)
	}
	l.absences()
}

// each visits the environments; errors reported meanwhile are the visited one's.
func (l *linker) each() iter.Seq[*environment] {
	return func(yield func(*environment) bool) {
		defer func() { l.current = nil }()
		for _, env := range l.out.envs {
			l.current = env
			if !yield(env) {
				return
			}
		}
	}
}

func (l *linker) name(s string) {
	if s != "" {
		l.names.add(s)
	}
}
