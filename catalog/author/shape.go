package author

import "slices"

// shape lists the keys of one kind of map. Reading, formatting and the JSON
// Schema go by it: a new key is one line here and its row in FORMAT.md.
type shape struct {
	what  string   // "a space"
	keys  []key    // what may stand there, in the order in which it is laid out
	merge []string // maps that several files may fill together
	needs []need   // keys that must be written
}

// key is a key that this version reads.
type key struct {
	name string
	form form   // what may stand behind it
	says string // what it means, in FORMAT.md's words
}

// need is a key that must be written, with what it is for.
type need struct{ key, hint string }

var (
	catalogShape = &shape{
		what: "a catalog",
		keys: []key{
			{"catalog", aText, "the catalog's name, up to 64 bytes"},
			{"zone", aString, "where dates without a zone of their own are local, and where days begin for ties: day"},
			{"language", aLanguage, "the language of your content; others stand in translations"},
			{"people", listOf(named(plainName)), "the sources of known people that environments may name"},
			{"sites", mapOf(nil, either(named(plainName), shaped("site"))), "which environment a page belongs to, by host"},
			{"consent", either(oneOf("assumed"), shaped("consent")), "where a visitor's consent is read from"},
			{"default_weight", aNumber, "the weight of an offer that lists none. Without it such an offer is never shown (a warning)"},
			{"retention", shaped("retention"), "how long records are kept"},
			{"holdout", shaped("holdout"), "who gets no offers at all"},
			{"experiments", mapOf(identifier, shaped("experiment")), "experiments, by name. At most 256"},
			{"json", listOf(shaped("slot_in_JSON")), "slots in JSON answers"},
			{"environments", mapOf(plainName, shaped("environment")), "at least one and at most 1,000 environments, by name"},
			{"rules", mapOf(plainName, shaped("rule")), "presentation rules, by name"},
		},
		merge: []string{"sites", "environments", "rules", "experiments"},
	}
	siteShape = &shape{
		what: "a site",
		keys: []key{
			{"environment", named(plainName), "the environment that the page's slots enter"},
			{"consent", either(oneOf("assumed"), shaped("consent")), "where this site's consent is read from"},
		},
		needs: []need{{"environment", "it is what the slots of the site's pages enter"}},
	}
	consentShape = &shape{
		what: "a consent",
		keys: []key{
			{"assumed", aBool, "the long form of consent: assumed"},
			{"cookie", aString, "a cookie says it"},
			{"header", aString, "a header says it that a server in front of Proffer sets"},
			{"tcf", aString, "a cookie holds a string of the IAB's Transparency and Consent Framework"},
			{"value", aText, "what stands there if consent was given"},
			{"purposes", listOf(aPurpose), "the purposes, 1 to 24, all of which must be agreed to"},
			{"gpc", oneOf("refuse", "ignore"), "what a browser's Global Privacy Control (Sec-GPC: 1) means"},
		},
	}
	jsonSlotShape = &shape{
		what: "a slot in JSON",
		keys: []key{
			{"page", aPattern, "the path of the answer, as in pages"},
			{"path", aString, "members and indexes from the outside in, with dots between. What stands there is replaced"},
			{"slot", aString, "a space, with its ordinal: hero, hero_2"},
		},
		needs: []need{
			{"page", `it is the path of the answer, such as "/api/home"`},
			{"path", `it is where the offer goes, such as blocks.0.offer`},
			{"slot", "it is the slot, such as hero or hero_2"},
		},
	}
	environmentShape = &shape{
		what: "an environment",
		keys: []key{
			{"kind", oneOf("anonymous", "identified"), "to whom the offers go"},
			{"visitor_folder", named(plainName), "of an anonymous environment: where its visitors are kept. Visitors of two folders have nothing to do with each other"},
			{"share_folder", aBool, "of an anonymous environment: whether others keep their visitors in its folder too. All of them have to say so. Then they know the same visitors: an attribute that several of them declare is one value, so they declare it with one type and one default, and what one writes the others read"},
			{"people", named(plainName), "of an identified environment: the source that knows the people: a list that was imported into the server's store. Where there is no store, nobody is recognised then. Without it an identity token is believed as it is, and its attributes are target.* as long as the token is there; who is recognised by the cookie alone has the defaults"},
			{"history", oneOf("cookie", "store"), "where what was shown is kept, see In the cookie or in a store"},
			{"merge_history", aBool, "of an identified environment: whether what a visitor was shown before counts for the person; with history: store, what any of the person's visitors was shown"},
			{"target", schemaForm, "what is known about a visitor or person: target.NAME"},
			{"attributes", schemaForm, "what the caller may say about one call: interaction.NAME"},
			{"offer_attributes", schemaForm, "what offers may say about themselves: offer.NAME"},
			{"filters", mapOf(identifier, anExpression), "predefined filters, by name. At most 256"},
			{"filter", aFilter, "holds for all offers; it cannot ask about the offer"},
			{"typology", listOf(named(plainName)), "the rules that hold in the environment. At most 256"},
			{"ties", oneOf("view", "visit", "day"), "how often chance decides anew between equal weights: with each call, once a visit, or once a day. Without a known visitor, always with each call"},
			{"pages", listOf(shaped("page")), "what pages show"},
			{"spaces", mapOf(plainName, shaped("space")), "the spaces, by name"},
			{"categories", mapOf(plainName, shaped("category")), "the categories, by name"},
		},
		merge: []string{"target", "attributes", "offer_attributes", "filters", "spaces", "categories"},
		needs: []need{{"kind", "write identified for people whom you know, anonymous for visitors"}},
	}
	attributeShape = &shape{
		what: "an attribute",
		keys: []key{
			{"type", oneOf(typeNames...), ""},
			{"default", aConstant, "what the attribute is while nothing is known"},
		},
		needs: []need{{"type", "write " + join(typeNames, "or")}},
	}
	pageShape = &shape{
		what: "a page",
		keys: []key{
			{"match", aPattern, "a path, or one that ends in /* (one more part, which is not empty) or in /** (anything below, and the path itself)"},
			{"slots", listOf(named(plainName)), "names of spaces; hero_2 is the second best offer of hero, up to _100. At most 64"},
		},
		needs: []need{
			{"match", `it is the path of the page, such as "/travel/**"`},
			{"slots", "it lists the spaces of the page, such as [hero, side]"},
		},
	}
	spaceShape = &shape{
		what: "a space",
		keys: []key{
			{"channel", named(plainName), "the way by which the space reaches people: web, mobile, email, call-center, …"},
			{"identification", shaped("identification"), "how people are recognised"},
			{"categories", listOf(aString), "the categories (with those below them) that are asked when the slot asks for nothing"},
			{"themes", listOf(aString), "the themes that are asked when the slot asks for nothing. An offer has to be in one of the categories and carry one of the themes"},
			{"allow_duplicates", aBool, "whether an offer that an earlier slot of the page shows may be shown here too"},
			{"fallback_offer", aText, "what the first empty slot shows when offers run out, whatever its dates, filters and weights. It needs content for the space, and has to be enabled and approved"},
			{"viewable", aBool, "whether an offer counts as shown only when the page reports that it was seen: until then its proposition is generated, whatever the space notes otherwise"},
			{"track", aBool, "whether links of the rendering lead over an address that counts the click"},
			{"fields", mapOf(identifier, either(oneOf(fieldTypes...), shaped("field"))), "the content fields, in the order in which answers list them. At most 256"},
			{"render", shaped("rendering"), "the rendering"},
			{"store", either(aBool, shaped("store_option")), "what is stored"},
		},
		needs: []need{{"channel", "it is the way by which the space reaches people, such as web, mobile or call-center"}},
	}
	fieldShape = &shape{
		what: "a field",
		keys: []key{
			{"type", oneOf(fieldTypes...), ""},
			{"required", aBool, "whether every offer with content for the space must have it"},
		},
		needs: []need{{"type", "write " + join(fieldTypes, "or")}},
	}
	renderShape = &shape{
		what: "a rendering",
		keys: []key{
			{"html", aText, "the HTML that the offer becomes in the page"},
			{"json", aText, "the JSON that it becomes in JSON answers"},
			{"text", aText, "the plain text that it becomes where somebody asks for a decision instead of a page"},
		},
	}
	identificationShape = &shape{
		what: "an identification",
		keys: []key{
			{"implicit", aBool, "whether a known cookie is enough to be recognised"},
			{"fallback", aFallback, "the space of an anonymous environment that takes over for whoever is not recognised"},
		},
	}
	storeShape = &shape{
		what: "a store option",
		keys: []key{
			{"propositions", aBool, "whether it is noted that an offer was shown"},
			{"on_proposition", oneOf(statuses...), "the status that is noted then"},
			{"on_acceptance", oneOf(statuses...), "the status that is noted when the offer is accepted"},
			{"visitor", mapOf(nil, anExpression), "visitor data that is written after each decision"},
			{"visitor_on_acceptance", mapOf(nil, anExpression), "visitor data that is written when an offer is accepted"},
		},
	}
	categoryShape = &shape{
		what: "a category",
		keys: []key{
			{"enabled", aBool, "false takes all of its offers away"},
			{"from", aDate, "its period"},
			{"to", aDate, "its period"},
			{"themes", listOf(named(plainName)), "themes that it and all below carry"},
			{"multiplier", either(aFactor, shaped("multiplier")), "a factor on the weights of its offers"},
			{"filter", aFilter, "must be true for an offer to be shown"},
			{"always_include", aBool, "whether its offers are looked at whatever a slot asks for"},
			{"categories", mapOf(plainName, shaped("category")), "the categories below it, 32 levels in all"},
			{"offers", mapOf(nil, shaped("offer")), "its offers, by code"},
		},
	}
	multiplierShape = &shape{
		what: "a multiplier",
		keys: []key{
			{"value", aFactor, "the factor"},
			{"from", aDate, "when it is in force; else it is 1"},
			{"to", aDate, "when it is in force; else it is 1"},
		},
		needs: []need{{"value", "it is the factor, such as 1.5"}},
	}
	offerShape = &shape{
		what: "an offer",
		keys: []key{
			{"code", aText, "the offer's name in answers and statistics"},
			{"label", aText, "what you call it"},
			{"status", oneOf("draft", "approved"), "a draft is not shown"},
			{"enabled", aBool, "false takes it away"},
			{"from", aDate, "its period"},
			{"to", aDate, "its period"},
			{"filter", aFilter, "must be true for it to be shown"},
			{"weights", either(aNumber, listOf(shaped("weight"))), "how much it counts; an expression goes into the value of a list, see Weights"},
			{"attributes", mapOf(nil, aConstant), "values of the environment's offer_attributes"},
			{"content", contentForm, "what it shows, by space: a map of fields. An offer without content for a space is not shown there"},
			{"translations", mapOf(nil, contentForm), "the same in other languages, by language tag"},
		},
	}
	weightShape = &shape{
		what: "a weight",
		keys: []key{
			{"value", anExpression, "the weight. 0 or less never shows the offer (a warning). An expression that fails is 0"},
			{"from", aDate, "when it is in force"},
			{"to", aDate, "when it is in force"},
			{"space", named(plainName), "the only space where it is in force"},
			{"filter", aFilter, "must be true for it to be in force"},
		},
		needs: []need{{"value", "it is a number or an expression"}},
	}
	conditionShape = &shape{
		what: "a condition",
		keys: []key{
			{"when", anExpression, "if it is false, the entry is left out of account. If it fails, the filter is false"},
			{"expr", anExpression, "what must be true"},
		},
		needs: []need{{"expr", "it is what must hold"}},
	}
	ruleShape = &shape{
		what: "a rule",
		keys: []key{
			{"active", aBool, "false switches it off"},
			{"channel", named(plainName), "the channel of the calls to which it applies"},
			{"applies_to", anExpression, "the offers that it can hold back. It asks about offer.* and nothing else"},
			{"target", aFilter, "to whom it applies. It cannot ask about the offer"},
			{"period", aDuration, "how far back it looks"},
			{"calendar", oneOf(calendars...), "it looks back to the start of the day, of the week (Monday) or of the month, in the catalog's zone"},
			{"quantity", aCount, "from how many counted propositions on the offer is held back"},
			{"same_channel_only", aBool, "whether it counts only what was shown on the channel of the call"},
			{"counted", oneOf(countings...), "which propositions count: of all offers of the environment, of the offer itself, of offers in its own category, or of offers that the rule applies to"},
			{"status", oneOf(countedStatuses...), "how far a proposition must have come to count. seen is presented or later"},
			{"propositions", aFilter, "which of them count. It asks about proposition.*, and not about the offer"},
		},
		needs: []need{{"quantity", "it is how many propositions exclude an offer, such as 3"}},
	}
	experimentShape = &shape{
		what: "an experiment",
		keys: []key{
			{"version", aCount, "another version divides anew"},
			{"arms", mapOf(plainName, aShare), "the arms by name, at most 64, each with its share: a whole number from 0 to 1,000,000. {a: 50, b: 50} are two halves, and so are {a: 1, b: 1}"},
		},
		needs: []need{{"arms", "it has the shares, such as {a: 50, b: 50}"}},
	}
	holdoutShape = &shape{
		what: "a holdout",
		keys: []key{
			{"name", named(plainName), "decides, with the version, who belongs to it; no experiment has the same"},
			{"version", aCount, "another version chooses anew"},
			{"percent", aPercent, "how many belong to it"},
		},
		needs: []need{{"name", "it is what decides who belongs to it"}, {"percent", "it is how many get no offers, such as 5"}},
	}
	retentionShape = &shape{
		what: "a retention",
		keys: []key{
			{"visitors", aDuration, "a visitor whom nobody knows, after the last change"},
			{"propositions", aDuration, "what was proposed"},
		},
	}
)

// shapes are all of them, for a key that stands in the wrong kind of map.
var shapes = []*shape{catalogShape, siteShape, environmentShape, spaceShape, categoryShape, offerShape, weightShape,
	pageShape, renderShape, identificationShape, storeShape, attributeShape, fieldShape, multiplierShape, conditionShape,
	consentShape, jsonSlotShape, ruleShape, experimentShape, holdoutShape, retentionShape}

func (s *shape) has(name string) bool { return s.place(name) >= 0 }

// place is where a key stands among the others, -1 if s does not have it.
func (s *shape) place(name string) int {
	return slices.IndexFunc(s.keys, func(k key) bool { return k.name == name })
}

// names are the keys' names.
func (s *shape) names() []string {
	out := make([]string, len(s.keys))
	for i := range s.keys {
		out[i] = s.keys[i].name
	}
	return out
}

// merges reports whether several files may fill the map under key together.
func (s *shape) merges(key string) bool { return slices.Contains(s.merge, key) }

// hint helps with a key that s does not have.
func (s *shape) hint(key string) string {
	if h := didYouMean(key, s.names()); h != "" {
		return h
	}
	for _, other := range shapes {
		if other.has(key) {
			return quote(key) + " is a key of " + other.what
		}
	}
	return s.what + " has the keys " + join(s.names(), "and")
}
