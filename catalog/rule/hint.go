package rule

import (
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// nearest gives the hint for a name that nobody knows: the known one that was
// probably meant, if there is one.
func nearest(unknown string, known []string) string {
	for _, k := range known {
		if _, last, ok := strings.Cut(k, "."); ok && last == unknown {
			return "did you mean " + k + "?" // the group was forgotten
		}
	}
	if meant := catalog.Nearest(unknown, known); meant != "" {
		return "did you mean " + meant + "?"
	}
	return ""
}

// declare says where an attribute that nothing is near to would be declared.
func declare(full string) string {
	group, name, _ := strings.Cut(full, ".")
	switch group {
	case "target":
		return "declare " + name + " under target: in the environment, with its type"
	case "interaction":
		return "declare " + name + " under attributes: in the environment, with its type"
	case "offer":
		return "declare " + name + " under offer_attributes: in the environment, with its type"
	case "history":
		return "write history.count(CODE), or accepted, rejected or age, and of a category history.count_in(NAME)"
	case "experiment":
		return "declare " + name + " under experiments: in the catalog, with its arms"
	}
	return ""
}
