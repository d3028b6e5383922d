package author

import (
	"fmt"
	"strings"

	"github.com/profferhq/proffer/catalog"
)

const (
	// maxPath bounds a path into JSON in bytes, maxSteps its members and
	// indexes: answers are a handful of levels deep, and whoever follows a path
	// in a stream keeps a place for each.
	maxPath  = 256
	maxSteps = 32
)

// jsonSlot reads one place in JSON answers.
func (r *reader) jsonSlot(v val) catalog.JSONSlot {
	if !v.ok() {
		return catalog.JSONSlot{}
	}
	s := catalog.JSONSlot{Pos: v.pos()}
	o := r.object(s.Pos, []val{v}, jsonSlotShape)
	s.Page = r.pattern(o.get("page"))
	path := o.get("path")
	s.Path = r.text(path)
	if problem := stepsProblem(s.Path.S); problem != "" && s.Path.Pos.IsValid() {
		r.error(path.pos(), "bad-path", problem, `write members and indexes with dots between: "blocks.0.offer"`)
	}
	s.Slot, _ = r.slot(o.get("slot"))
	return s
}

// stepsProblem says what is wrong with a path into JSON, or "".
func stepsProblem(s string) string {
	steps := strings.Split(s, ".")
	switch {
	case s == "":
		return "a path names at least one member or index"
	case len(s) > maxPath || len(steps) > maxSteps:
		return fmt.Sprintf("a path has at most %d bytes and %d steps", maxPath, maxSteps)
	case strings.ContainsAny(s, "[]"):
		return "an index stands between dots, without brackets"
	case strings.HasPrefix(s, "$"), strings.HasPrefix(s, "/"):
		return "a path starts with a member or an index"
	}
	for _, step := range steps {
		if step == "" {
			return "a path has nothing between two dots, or at its start or end"
		}
		if len(step) > 1 && step[0] == '0' && strings.Trim(step, "0123456789") == "" {
			return quote(step) + " is an index with a zero in front"
		}
	}
	return ""
}
