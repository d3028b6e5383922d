package abi

// Config is the module's configuration. It holds copies and aliases nothing.
type Config struct {
	Keys           []Key
	Prefix         string // path of the module's own endpoints; begins and ends with "/"
	IdentityCookie string // as the other names: empty is none
	IdentityHeader string // lower-case, as the other headers
	PersonHeader   string
	CountryHeader  string
	DeviceHeader   string
	Paused         []Paused
	CORS           CORS
	Fixed          *Fixed // nil: each request brings its own
}

// Key is one signing key.
type Key struct {
	ID      uint8 // 0 is the published test key
	Use     string
	Primary bool // signs, one for each use; the others only verify
	Secret  [SecretSize]byte
}

// The uses of keys.
const (
	UseCookie   = "cookie"
	UseIdentity = "identity"
	UsePeer     = "peer"
)

// Paused names an offer or a space that is not proposed, whatever the snapshot
// says.
type Paused struct {
	Environment string
	Kind        string
	Name        string // an offer's code or a space's name
}

// The kinds of things that can be paused.
const (
	PausedOffer = "offer"
	PausedSpace = "space"
)

// CORS says which other origins' pages may use the endpoints decide, event and
// forget. Without origins only pages of the same host may.
type CORS struct {
	Origins     []string // scheme, host and port as browsers write them
	Credentials bool     // requests from there bring cookies, and answers set them
	MaxAge      int      // how long an answer to a preflight may be kept, in seconds
}

// Bounds of CORS.MaxAge: the most patient browser keeps an answer for a day.
const (
	defaultPreflightAge = 600
	maxPreflightAge     = 24 * 60 * 60
)

// Fixed stands in for the time, seed and entropy of every request.
type Fixed struct {
	Time    int64 // milliseconds since 1970-01-01T00:00:00Z
	Seed    uint64
	Entropy [EntropySize]byte
}

const (
	defaultPrefix         = "/.proffer/"
	defaultIdentityCookie = "proffer_identity"
	defaultIdentityHeader = "proffer-identity"
)

// DefaultConfig gives the configuration of a module that got none.
func DefaultConfig() *Config {
	return &Config{
		Prefix:         defaultPrefix,
		IdentityCookie: defaultIdentityCookie,
		IdentityHeader: defaultIdentityHeader,
	}
}

// TestSecret gives the secret of the published test key: the bytes 0 to 31.
func TestSecret() (secret [SecretSize]byte) {
	for i := range secret {
		secret[i] = byte(i)
	}
	return secret
}

// TestKeyOnly reports whether there are keys and all are the published test
// key, under any use.
func (c *Config) TestKeyOnly() bool {
	for i := range c.Keys {
		if c.Keys[i].ID != 0 {
			return false
		}
	}
	return len(c.Keys) > 0
}
