package events

import (
	"fmt"
	"slices"
	"strings"
)

// Dimension is by what a report is split.
type Dimension string

// The dimensions.
const (
	ByOffer       Dimension = "offer"
	BySpace       Dimension = "space"
	ByDay         Dimension = "day"
	ByEnvironment Dimension = "environment"
	ByChannel     Dimension = "channel"
)

var dimensions = []Dimension{ByDay, ByEnvironment, ByChannel, BySpace, ByOffer}

// ParseDimensions reads names with commas between them.
func ParseDimensions(text string) ([]Dimension, error) {
	var out []Dimension
	for name := range strings.SplitSeq(text, ",") {
		d := Dimension(strings.TrimSpace(name))
		if !slices.Contains(dimensions, d) {
			return nil, fmt.Errorf("%q is not offer, space, day, environment or channel", d)
		}
		if slices.Contains(out, d) {
			return nil, fmt.Errorf("%s comes twice", d)
		}
		out = append(out, d)
	}
	return out, nil
}
