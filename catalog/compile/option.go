package compile

import (
	"slices"

	"github.com/profferhq/proffer/catalog"
)

// options warns of an environment's options that do nothing where they stand.
func (l *linker) options(src *catalog.Environment) {
	anonymous := src.Kind == catalog.Anonymous
	if share := src.ShareFolder; share.On && !anonymous {
		l.warn(share.Pos, "no-effect", "remove share_folder", "environment %q is identified, so it keeps no visitors", src.Name.S)
	}
	if merge := src.MergeHistory; merge.On && anonymous {
		l.warn(merge.Pos, "no-effect", "remove merge_history", "environment %q is anonymous, so there is no person whose history could take in a visitor's", src.Name.S)
	}
	for _, s := range src.Spaces {
		l.spaceOptions(s)
	}
}

func (l *linker) spaceOptions(s *catalog.Space) {
	if s.Viewable.On && !s.Store.Propositions {
		l.warn(s.Viewable.Pos, "no-effect", "remove viewable, or store propositions", "space %q stores no propositions, so nothing waits for being seen", s.Name.S)
	}
	switch {
	case s.Track == nil:
	case !slices.ContainsFunc(s.Fields, func(f catalog.Field) bool { return f.Type == catalog.FieldURL }):
		l.warn(s.Track.Pos, "no-effect", "remove track", "space %q has no field of type url, so there is no click to follow", s.Name.S)
	case s.Track.On && !s.Store.Propositions:
		l.warn(s.Track.Pos, "no-effect", "remove track, or store propositions", "space %q stores no propositions, so there is nothing to count clicks of", s.Name.S)
	}
}

// consents collects the names of the sources of consent.
func (l *linker) consents() {
	l.consent(&l.src.Consent)
	for i := range l.out.sites {
		if own := l.out.sites[i].consent; own != nil {
			l.consent(own)
		}
	}
}

func (l *linker) consent(c *catalog.Consent) {
	l.name(c.Name.S)
	l.name(c.Value.S)
}
