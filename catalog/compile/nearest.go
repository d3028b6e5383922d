package compile

import "fmt"

// nearestHint names the known name that is nearest to one that nothing has, if
// any is near.
func nearestHint(name string, known []string) string {
	best, at := 3, -1
	for i, k := range known {
		if d := distance(name, k, best); d < best {
			best, at = d, i
		}
	}
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", known[at])
}

// distance is the Levenshtein distance of two names, or limit if it is not
// below.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return min(row[len(b)], limit)
}
