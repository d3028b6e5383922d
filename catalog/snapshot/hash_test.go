package snapshot_test

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// TestHashVectors holds the frozen hash to the vectors of SNAPSHOT.md.
func TestHashVectors(t *testing.T) {
	page, err := os.ReadFile("../SNAPSHOT.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ shown, input string }{{"(empty)", ""}, {"`a`", "a"}, {"`proffer`", "proffer"}} {
		b := []byte(c.input)
		row := fmt.Sprintf("| %s | `%016x` | `%08x` |", c.shown, snapshot.Hash64(b), snapshot.Hash32(b))
		if !strings.Contains(string(page), row) {
			t.Errorf("SNAPSHOT.md does not have the row %s", row)
		}
	}
}

var tieForm = regexp.MustCompile("(?m)^\\| ([0-9]+) \\| (?:`([0-9a-f]*)` )?\\| `([^`]+)` \\| `([0-9a-f]{16})` \\| `([0-9a-f]{16})` \\|$")

// TestTieVectors holds the order of equal weights to the vectors of SNAPSHOT.md,
// which were worked out from its text by a program of another language.
func TestTieVectors(t *testing.T) {
	page, err := os.ReadFile("../SNAPSHOT.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := tieForm.FindAllStringSubmatch(string(page), -1)
	for _, row := range rows {
		bucket, err := strconv.ParseUint(row[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		id, err := hex.DecodeString(row[2])
		if err != nil {
			t.Fatal(err)
		}
		call := snapshot.CallTie(bucket, id)
		tie := snapshot.Tie(call, snapshot.Hash64([]byte(row[3])))
		if got := fmt.Sprintf("%016x %016x", call, tie); got != row[4]+" "+row[5] {
			t.Errorf("%s: got %s", row[0], got)
		}
	}
	if len(rows) != 7 {
		t.Errorf("%d vectors, want 7", len(rows))
	}
}

func TestFNVAgainstStandardLibrary(t *testing.T) {
	for _, s := range []string{"", "a", "beach", "a longer code with spaces", "\x00\xff"} {
		h := fnv.New64a()
		_, _ = h.Write([]byte(s))
		if got, want := snapshot.Hash64([]byte(s)), snapshot.Mix64(h.Sum64()); got != want {
			t.Errorf("%q: got %x, want %x", s, got, want)
		}
	}
}

// TestTiesAreFair draws the winner of equal weights for many seeds: each of
// the offers wins its share.
func TestTiesAreFair(t *testing.T) {
	const offers, draws = 7, 70_000
	var codes [offers]uint64
	for i := range codes {
		codes[i] = snapshot.Hash64([]byte{byte('a' + i)})
	}
	var wins [offers]int
	for seed := range uint64(draws) {
		call := snapshot.CallTie(seed, []byte("visitor"))
		best := 0
		for i := range codes {
			if snapshot.Tie(call, codes[i]) < snapshot.Tie(call, codes[best]) {
				best = i
			}
		}
		wins[best]++
	}
	for i, n := range wins { // 6 standard deviations of a binomial draw
		if n < draws/offers-560 || n > draws/offers+560 {
			t.Errorf("offer %d won %d of %d", i, n, draws)
		}
	}
}
