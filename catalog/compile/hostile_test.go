package compile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
)

const wideHead = "catalog: a\nconsent: assumed\nenvironments:\n  e:\n    kind: anonymous\n"

// wide are catalogs with n of something, on which a compiler that looks
// everything up in lists takes the square of n. Each line is one of n.
var wide = map[string]func(n int) string{
	"spaces":     func(n int) string { return wideHead + "    spaces:\n" + many(n, "      s%da: {channel: c%da}\n") },
	"categories": func(n int) string { return wideHead + "    categories:\n" + many(n, "      c%d: {}\n") },
	"offers": func(n int) string {
		return wideHead + "    categories:\n      c:\n        offers:\n" + many(n, "          o%d: {weights: 1}\n")
	},
	"weights": func(n int) string {
		return wideHead + "    spaces: {s: {channel: web}}\n    categories: {c: {offers: {o: {content: {s: {}}, weights: [\n" + many(n, "      {value: %d, space: s},\n") + "    ]}}}}\n"
	},
	"contents": func(n int) string {
		return wideHead + "    spaces:\n" + many(n, "      s%da: {channel: web}\n") + "    categories: {c: {offers: {o: {weights: 1, content: {\n" + many(n, "      s%da: {},\n") + "    }}}}}\n"
	},
	"themes": func(n int) string {
		return wideHead + "    categories: {c: {themes: [\n" + many(n, "      t%d,\n") + "    ]}}\n"
	},
	"default categories": func(n int) string {
		return wideHead + "    categories:\n" + many(n, "      c%d: {}\n") + "    spaces: {s: {channel: web, categories: [\n" + many(n, "      c%d,\n") + "    ]}}\n"
	},
	"unknown default categories": func(n int) string {
		return wideHead + "    categories:\n" + many(n, "      c%d: {}\n") + "    spaces: {s: {channel: web, categories: [\n" + many(n, "      d%d,\n") + "    ]}}\n"
	},
	"unknown spaces": func(n int) string {
		return wideHead + "    spaces:\n" + many(n, "      s%da: {channel: web}\n") + "    categories: {c: {offers: {o: {weights: 1, content: {\n" + many(n, "      t%da: {},\n") + "    }}}}}\n"
	},
	"default themes": func(n int) string {
		return wideHead + "    categories: {c: {themes: [\n" + many(n, "      t%d,\n") + "    ]}}\n    spaces: {s: {channel: web, themes: [\n" + many(n, "      t%d,\n") + "    ]}}\n"
	},
	"unknown default themes": func(n int) string {
		return wideHead + "    categories: {c: {themes: [\n" + many(n, "      t%d,\n") + "    ]}}\n    spaces: {s: {channel: web, themes: [\n" + many(n, "      u%d,\n") + "    ]}}\n"
	},
	"pages": func(n int) string {
		return wideHead + "    spaces: {s: {channel: web}}\n    pages:\n" + many(n, "      - {match: /p%d, slots: [s]}\n")
	},
	"patterns": func(n int) string {
		return wideHead + "    spaces: {s: {channel: web}}\n    pages:\n" + many(n, "      - {match: /*/p%d/**, slots: [s]}\n")
	},
	"slots of unknown spaces": func(n int) string {
		return wideHead + "    spaces:\n" + many(n, "      s%da: {channel: web}\n") + "    pages:\n" + many(n, "      - {match: /p%d, slots: [t%da]}\n")
	},
	"sites":        func(n int) string { return wideHead + "sites: {\n" + many(n, "  h%d.example: e,\n") + "}\n" },
	"unknown site": func(n int) string { return wideHead + "sites: {\n" + many(n, "  h%d.example: f%d,\n") + "}\n" },
	"environments": func(n int) string {
		return "catalog: a\nconsent: assumed\nenvironments:\n" + many(n, "  e%d: {kind: anonymous, visitor_folder: v%d}\n")
	},
	"people":     func(n int) string { return wideHead + "people: [\n" + many(n, "  p%d,\n") + "]\n" },
	"attributes": func(n int) string { return wideHead + "    target:\n" + many(n, "      a%d: int\n") },
	"fields": func(n int) string {
		return wideHead + "    spaces: {s: {channel: web, fields: {\n" + many(n, "      f%d: text,\n") + "    }}}\n"
	},
	"conditions": func(n int) string { return wideHead + "    filter:\n" + many(n, "      - 'interaction.new_visit'\n") },
	"expressions": func(n int) string {
		return wideHead + "    categories:\n" + many(n, "      c%d: {filter: 'interaction.tme > %d'}\n")
	},
	"one offer's code": func(n int) string {
		return wideHead + "    categories:\n" + many(n, "      c%d: {offers: {o: {weights: 1}}}\n")
	},
	"chains of categories": func(n int) string {
		return wideHead + "    categories:\n" + many(n/10, "      c%d: {categories: {d%d: {categories: {e%d: {categories: {f%d: {categories: {g%d: {categories: {h%d: {themes: [t%d]}}}}}}}}}}}\n")
	},
	"placeholders": func(n int) string {
		return wideHead + "    spaces: {s: {channel: web, fields: {t: text}}}\n    categories: {c: {offers: {o: {weights: 1, content: {s: {t: '" + strings.Repeat("{{ interaction.space }}", n/8) + "'}}}}}}\n"
	},
	"elements": func(n int) string {
		return wideHead + "    spaces: {s: {channel: web, fields: {t: html}}}\n    categories: {c: {offers: {o: {weights: 1, content: {s: {t: '" + strings.Repeat("<b>x</b>", n) + "'}}}}}}\n"
	},
	"open elements": func(n int) string {
		return wideHead + "    spaces: {s: {channel: web, fields: {t: html}}}\n    categories: {c: {offers: {o: {weights: 1, content: {s: {t: '" + strings.Repeat("<p>", n) + "'}}}}}}\n"
	},
}

// many writes n lines of a form in which each %d is the line's number.
func many(n int, form string) string {
	var b strings.Builder
	numbers := strings.Count(form, "%d")
	for i := range n {
		args := make([]any, numbers)
		for k := range args {
			args[k] = i
		}
		fmt.Fprintf(&b, form, args...)
	}
	return b.String()
}

// TestWorkFollowsTheCatalog compiles four times as much of everything and holds
// that it takes no more than six times the memory, garbage included. What
// follows lists within lists takes sixteen times, or does not end.
func TestWorkFollowsTheCatalog(t *testing.T) {
	for name, source := range wide {
		small, large := built(t, source(500)), built(t, source(2000))
		if large > 6*small+4<<20 {
			t.Errorf("%s: %d bytes allocated for 500 of them, %d for 2,000", name, small, large)
		}
	}
}

// built is what reading and compiling a text allocates.
func built(t *testing.T, text string) uint64 {
	before := allocated()
	c, d := author.Parse([]catalog.File{{Name: "a", Text: []byte(text)}})
	if !d.HasErrors() {
		_, d = compile.Compile(c)
	}
	if len(d) > 10_000 {
		t.Fatalf("%d problems", len(d))
	}
	return allocated() - before
}

// bombs are catalogs of a few hundred kilobytes that stand for a snapshot of more
// than 64 MiB, or gigabytes of model.
var bombs = map[string]string{
	"inherited themes": wideHead + "    categories:\n      root:\n        themes: [" + many(6000, "t%d,") + "]\n        categories:\n" + many(6000, "          c%d: {}\n"),
	"fields without content": wideHead + "    spaces: {s: {channel: web, fields: {" + many(256, "f%d: text,") + "}}}\n" +
		"    categories: {c: {offers: {\n" + many(20_000, "      o%d: {content: {s: {}}},\n") + "    }}}\n",
	"maps of what is live": wideHead + "    spaces:\n" + many(20_000, "      s%da: {channel: web}\n") + "    categories: {c: {offers: {\n" + many(30_000, "      o%d: {},\n") + "    }}}\n",
}

// TestBombsAreRefused holds that they are refused before their memory is taken.
func TestBombsAreRefused(t *testing.T) {
	for name, text := range bombs {
		before := allocated()
		c, d := author.Parse([]catalog.File{{Name: "a", Text: []byte(text)}})
		if d.HasErrors() {
			t.Fatalf("%s: %v", name, d[0])
		}
		_, d = compile.Compile(c)
		i := slices.IndexFunc(d, func(d catalog.Diagnostic) bool { return d.Code == "too-large" })
		if i < 0 || !d[i].Pos.IsValid() {
			t.Errorf("%s: not refused, or without a place", name)
		}
		if n := allocated() - before; n > 900<<20 {
			t.Errorf("%s: %d bytes allocated", name, n)
		}
	}
}

// TestEnoughErrors holds that compiling ends where nobody reads on.
func TestEnoughErrors(t *testing.T) {
	c, _ := author.Parse([]catalog.File{{Name: "a", Text: []byte(wide["unknown spaces"](2500))}})
	b, d := compile.Compile(c)
	if b != nil || len(d) != catalog.MaxDiagnostics+1 || d[len(d)-1].Message != "1000 more problems are not listed; the next of them is here" {
		t.Errorf("%d bytes, %d problems, the last is %v; want 2,000 found and half of them listed", len(b), len(d), d[len(d)-1])
	}
}
