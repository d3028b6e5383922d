package catalog

import "strings"

// Nearest is the known name that somebody who wrote name is most likely to
// have meant, or "" if none is near: one with the same letters in another
// spelling (case, - for _), else the one with the fewest typing errors (a
// character added, lost, replaced, or swapped with its neighbour), at most one
// in three characters and three in all. Equal candidates go by the order of
// known.
func Nearest(name string, known []string) string {
	const longest = 64 // names are never longer; a longer one is no typing error
	if len(name) > longest {
		return ""
	}
	best, bound := "", min(max(len(name)/3, 1), 3)
	bare := letters(name)
	for _, k := range known {
		if len(k) > longest {
			continue
		}
		if letters(k) == bare {
			return k
		}
		if len(k)-len(name) > bound || len(name)-len(k) > bound {
			continue
		}
		if d := distance(name, k); d <= bound && d < len(k) && (best == "" || d < bound) {
			best, bound = k, d
		}
	}
	return best
}

// letters is a name without case, - and _.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// distance is the Damerau-Levenshtein distance in its "optimal string
// alignment" form, over bytes.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
