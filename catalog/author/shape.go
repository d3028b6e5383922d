package author

import "slices"

// shape lists the keys of one kind of map.
type shape struct {
	what  string   // "a space"
	keys  []string // what this version reads
	merge []string // maps that several files may fill together
	needs []need   // keys that must be written
}

// need is a key that must be written, with what it is for.
type need struct{ key, hint string }

var (
	catalogShape = &shape{
		what: "a catalog",
		keys: []string{"catalog", "zone", "language", "consent", "people", "sites", "default_weight", "json",
			"environments", "rules", "experiments", "holdout", "retention"},
		merge: []string{"sites", "environments", "rules", "experiments"},
	}
	siteShape = &shape{
		what: "a site", keys: []string{"environment", "consent"},
		needs: []need{{"environment", "it is what the slots of the site's pages enter"}},
	}
	consentShape = &shape{
		what: "a consent", keys: []string{"assumed", "cookie", "header", "tcf", "value", "purposes", "gpc"},
	}
	jsonSlotShape = &shape{
		what: "a slot in JSON", keys: []string{"page", "path", "slot"},
		needs: []need{
			{"page", `it is the path of the answer, such as "/api/home"`},
			{"path", `it is where the offer goes, such as blocks.0.offer`},
			{"slot", "it is the slot, such as hero or hero_2"},
		},
	}
	environmentShape = &shape{
		what: "an environment",
		keys: []string{"kind", "visitor_folder", "share_folder", "people", "history", "merge_history", "target",
			"attributes", "offer_attributes", "filter", "filters", "typology", "ties", "pages", "spaces", "categories"},
		merge: []string{"target", "attributes", "offer_attributes", "filters", "spaces", "categories"},
		needs: []need{{"kind", "write identified for people whom you know, anonymous for visitors"}},
	}
	attributeShape = &shape{
		what: "an attribute", keys: []string{"type", "default"},
		needs: []need{{"type", "write " + join(typeNames, "or")}},
	}
	pageShape = &shape{
		what: "a page", keys: []string{"match", "slots"},
		needs: []need{
			{"match", `it is the path of the page, such as "/travel/**"`},
			{"slots", "it lists the spaces of the page, such as [hero, side]"},
		},
	}
	spaceShape = &shape{
		what: "a space",
		keys: []string{"channel", "fields", "render", "identification", "store", "categories", "themes",
			"allow_duplicates", "fallback_offer", "viewable", "track"},
		needs: []need{{"channel", "it is the way by which the space reaches people, such as web, mobile or call-center"}},
	}
	fieldShape = &shape{
		what: "a field", keys: []string{"type", "required"},
		needs: []need{{"type", "write " + join(fieldTypes, "or")}},
	}
	renderShape         = &shape{what: "a rendering", keys: []string{"html", "json", "text"}}
	identificationShape = &shape{what: "an identification", keys: []string{"implicit", "fallback"}}
	storeShape          = &shape{
		what: "a store option",
		keys: []string{"propositions", "on_proposition", "on_acceptance", "visitor", "visitor_on_acceptance"},
	}
	categoryShape = &shape{
		what: "a category",
		keys: []string{"enabled", "from", "to", "themes", "multiplier", "filter", "always_include", "categories", "offers"},
	}
	multiplierShape = &shape{
		what: "a multiplier", keys: []string{"value", "from", "to"},
		needs: []need{{"value", "it is the factor, such as 1.5"}},
	}
	offerShape = &shape{
		what: "an offer",
		keys: []string{"code", "label", "status", "enabled", "from", "to", "filter", "weights", "attributes",
			"content", "translations"},
	}
	weightShape = &shape{
		what: "a weight", keys: []string{"value", "from", "to", "space", "filter"},
		needs: []need{{"value", "it is a number or an expression"}},
	}
	conditionShape = &shape{
		what: "a condition", keys: []string{"when", "expr"},
		needs: []need{{"expr", "it is what must hold"}},
	}
	ruleShape = &shape{
		what: "a rule",
		keys: []string{"active", "channel", "applies_to", "target", "period", "calendar", "quantity", "same_channel_only",
			"counted", "status", "propositions"},
		needs: []need{{"quantity", "it is how many propositions exclude an offer, such as 3"}},
	}
	experimentShape = &shape{
		what: "an experiment", keys: []string{"version", "arms"},
		needs: []need{{"arms", "it has the shares, such as {a: 50, b: 50}"}},
	}
	holdoutShape = &shape{
		what: "a holdout", keys: []string{"name", "version", "percent"},
		needs: []need{{"name", "it is what decides who belongs to it"}, {"percent", "it is how many get no offers, such as 5"}},
	}
	retentionShape = &shape{what: "a retention", keys: []string{"visitors", "propositions"}}
)

// shapes are all of them, for a key that stands in the wrong kind of map.
var shapes = []*shape{catalogShape, siteShape, environmentShape, spaceShape, categoryShape, offerShape, weightShape,
	pageShape, renderShape, identificationShape, storeShape, attributeShape, fieldShape, multiplierShape, conditionShape,
	consentShape, jsonSlotShape, ruleShape, experimentShape, holdoutShape, retentionShape}

func (s *shape) has(key string) bool { return slices.Contains(s.keys, key) }

// merges reports whether several files may fill the map under key together.
func (s *shape) merges(key string) bool { return slices.Contains(s.merge, key) }

// hint helps with a key that s does not have.
func (s *shape) hint(key string) string {
	if h := didYouMean(key, s.keys); h != "" {
		return h
	}
	for _, other := range shapes {
		if other.has(key) {
			return quote(key) + " is a key of " + other.what
		}
	}
	return s.what + " has the keys " + join(s.keys, "and")
}
