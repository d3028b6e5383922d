package author

import "slices"

// shape lists the keys of one kind of map.
type shape struct {
	what  string   // "a space"
	keys  []string // what this version reads
	later []string // words of the format that this version does not know yet
	merge []string // maps that several files may fill together
}

var (
	catalogShape = &shape{
		what:  "a catalog",
		keys:  []string{"catalog", "zone", "language", "consent", "people", "sites", "default_weight", "environments"},
		later: []string{"retention", "experiments", "holdout", "json", "rules"},
		merge: []string{"sites", "environments"},
	}
	siteShape        = &shape{what: "a site", keys: []string{"environment"}, later: []string{"consent"}}
	environmentShape = &shape{
		what: "an environment",
		keys: []string{"kind", "visitor_folder", "people", "history", "target", "attributes", "offer_attributes",
			"filter", "ties", "pages", "spaces", "categories"},
		later: []string{"typology", "filters", "share_folder", "merge_history"},
		merge: []string{"target", "attributes", "offer_attributes", "spaces", "categories"},
	}
	attributeShape = &shape{what: "an attribute", keys: []string{"type", "default"}}
	pageShape      = &shape{what: "a page", keys: []string{"match", "slots"}}
	spaceShape     = &shape{
		what: "a space",
		keys: []string{"channel", "fields", "render", "identification", "store", "categories", "themes",
			"allow_duplicates", "fallback_offer"},
		later: []string{"viewable", "track"},
	}
	fieldShape          = &shape{what: "a field", keys: []string{"type", "required"}}
	renderShape         = &shape{what: "a rendering", keys: []string{"html"}, later: []string{"json", "text"}}
	identificationShape = &shape{what: "an identification", keys: []string{"implicit", "fallback"}}
	storeShape          = &shape{
		what: "a store option",
		keys: []string{"propositions", "on_proposition", "on_acceptance", "visitor", "visitor_on_acceptance"},
	}
	categoryShape = &shape{
		what: "a category",
		keys: []string{"enabled", "from", "to", "themes", "multiplier", "filter", "always_include", "categories", "offers"},
	}
	multiplierShape = &shape{what: "a multiplier", keys: []string{"value", "from", "to"}}
	offerShape      = &shape{
		what: "an offer",
		keys: []string{"code", "label", "status", "enabled", "from", "to", "filter", "weights", "attributes",
			"content"},
		later: []string{"translations"},
	}
	weightShape    = &shape{what: "a weight", keys: []string{"value", "from", "to", "space", "filter"}}
	conditionShape = &shape{what: "a condition", keys: []string{"when", "expr"}}
)

// shapes are all of them, for a key that stands in the wrong kind of map.
var shapes = []*shape{catalogShape, siteShape, environmentShape, spaceShape, categoryShape, offerShape, weightShape,
	pageShape, renderShape, identificationShape, storeShape, attributeShape, fieldShape, multiplierShape, conditionShape}

func (s *shape) has(key string) bool { return slices.Contains(s.keys, key) }

// merges reports whether several files may fill the map under key together.
func (s *shape) merges(key string) bool { return slices.Contains(s.merge, key) }

// hint helps with a key that s does not have.
func (s *shape) hint(key string) string {
	if h := didYouMean(key, slices.Concat(s.keys, s.later)); h != "" {
		return h
	}
	for _, other := range shapes {
		if other.has(key) || slices.Contains(other.later, key) {
			return quote(key) + " is a key of " + other.what
		}
	}
	return s.what + " has the keys " + join(s.keys, "and")
}
