package author

// Keys are the keys of each shape.
func Keys() map[string][]string {
	out := map[string][]string{}
	for _, s := range shapes {
		out[s.name()] = s.names()
	}
	return out
}
