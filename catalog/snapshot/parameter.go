package snapshot

// Parameter is a thing that expressions read of what a request says: a parameter
// of the query, or a header.
type Parameter [parameterSize]byte

// The kinds of parameters.
const (
	ParameterQuery  = 1 + iota // of the query; the name is decoded
	ParameterHeader            // a header; the name is in lower case
)

func (r *Parameter) Name() uint32 { return u32(r[0:]) }
func (r *Parameter) Kind() uint8  { return r[4] }

func (v *View) Parameter(i uint32) *Parameter {
	return (*Parameter)(v.sections[SecParameters][int(i)*parameterSize : int(i)*parameterSize+parameterSize])
}

// IsHeader reports whether a name is one of HTTP's
// (https://www.rfc-editor.org/rfc/rfc9110#section-5.1), in lower case.
func IsHeader(name []byte) bool {
	for _, c := range name {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		case c <= ' ' || c >= 0x7f || c >= 'A' && c <= 'Z':
			return false
		default:
			for _, separator := range []byte(`"(),/:;<=>?@[\]{}`) {
				if c == separator {
					return false
				}
			}
		}
	}
	return len(name) > 0
}

// IsSecret reports whether a header says who somebody is, or lets in whoever
// sends it: no expression reads one, for a placeholder would write it into a page
// and visitor data keep it.
func IsSecret(header []byte) bool {
	switch string(header) {
	case "authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token", "x-csrf-token", "x-xsrf-token":
		return true
	}
	const own = "proffer-" // identity tokens
	return len(header) > len(own) && string(header[:len(own)]) == own
}

func (c *checker) parameters() {
	n := c.v.Count(SecParameters)
	c.want(n <= MaxParameters, "parameters", n, "too many")
	for i := uint32(0); i < n && c.err == nil; i++ {
		p := c.v.Parameter(i)
		if !c.name(p.Name(), "parameter", i) {
			return
		}
		name := c.v.Name(p.Name())
		c.want(p.Kind() == ParameterQuery || p.Kind() == ParameterHeader && IsHeader(name) && !IsSecret(name), "parameter", i, "nothing that may be read")
		for j := range i {
			c.want(*c.v.Parameter(j) != *p, "parameter", i, "is there twice")
		}
	}
}
