package abi

// Bare gives r without its arenas, for comparisons.
func (r *Request) Bare() Request {
	c := *r
	c.names, c.values = nil, nil
	return c
}

// Arenas gives the number of elements in r's arenas.
func (r *Request) Arenas() int { return len(r.names) + len(r.values) }

// Bare gives r without its arena, for comparisons.
func (r *Response) Bare() Response {
	c := *r
	c.names = nil
	return c
}
