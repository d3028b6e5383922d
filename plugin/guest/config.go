package guest

import (
	"strconv"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// config is a configuration made ready for use.
type config struct {
	keys           *seal.Keyring
	prefix         string // of the module's own endpoints
	identityCookie string
	identityHeader string
	personHeader   string
	countryHeader  string
	deviceHeader   string
	paused         []abi.Paused
	cors           abi.CORS
	preflightAge   string // of cors, as a header has it
	fixed          *abi.Fixed
}

func (c *config) set(from *abi.Config) error {
	keys := make([]seal.Key, len(from.Keys))
	for i, k := range from.Keys {
		keys[i] = seal.Key{ID: k.ID, Use: use(k.Use), Primary: k.Primary, Secret: k.Secret}
	}
	ring, err := seal.NewKeyring(keys)
	if err != nil {
		return err
	}
	*c = config{
		keys:           ring,
		prefix:         from.Prefix,
		identityCookie: from.IdentityCookie,
		identityHeader: from.IdentityHeader,
		personHeader:   from.PersonHeader,
		countryHeader:  from.CountryHeader,
		deviceHeader:   from.DeviceHeader,
		paused:         from.Paused,
		cors:           from.CORS,
		preflightAge:   strconv.Itoa(from.CORS.MaxAge),
		fixed:          from.Fixed,
	}
	return nil
}

// use is the keyring's word for a use; decoding has refused others.
func use(s string) seal.Use {
	switch s {
	case abi.UseIdentity:
		return seal.UseIdentity
	case abi.UsePeer:
		return seal.UsePeer
	}
	return seal.UseCookie
}
