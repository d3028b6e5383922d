package abi

import "github.com/profferhq/proffer/catalog/wire"

// AppendConfig appends the message of c, which DecodeConfig gives back. What has
// its default is left out. It checks nothing.
func AppendConfig(dst []byte, c *Config) []byte {
	texts := [...]struct{ key, value, fallback string }{
		{keyPrefix, c.Prefix, defaultPrefix},
		{keyIdentityCookie, c.IdentityCookie, defaultIdentityCookie},
		{keyIdentityHeader, c.IdentityHeader, defaultIdentityHeader},
		{keyPersonHeader, c.PersonHeader, ""},
		{keyCountryHeader, c.CountryHeader, ""},
		{keyDeviceHeader, c.DeviceHeader, ""},
	}
	n := 0
	for i := range texts {
		if texts[i].value != texts[i].fallback {
			n++
		}
	}
	for _, set := range [...]bool{len(c.Keys) > 0, len(c.Paused) > 0, len(c.CORS.Origins) > 0, c.Fixed != nil} {
		if set {
			n++
		}
	}
	dst = wire.AppendMap(dst, n)
	dst = appendKeys(dst, c.Keys)
	for i := range texts {
		if t := &texts[i]; t.value != t.fallback {
			dst = wire.AppendStr(wire.AppendStr(dst, t.key), t.value)
		}
	}
	dst = appendPaused(dst, c.Paused)
	dst = appendCORS(dst, &c.CORS)
	return appendFixed(dst, c.Fixed)
}

func appendKeys(dst []byte, list []Key) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = wire.AppendStr(dst, keyKeys)
	dst = wire.AppendArray(dst, len(list))
	for i := range list {
		k := &list[i]
		dst = wire.AppendArray(dst, 4)
		dst = wire.AppendUint(dst, uint64(k.ID))
		dst = wire.AppendStr(dst, k.Use)
		dst = wire.AppendBool(dst, k.Primary)
		dst = wire.AppendBin(dst, k.Secret[:])
	}
	return dst
}

func appendPaused(dst []byte, list []Paused) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = wire.AppendStr(dst, keyPaused)
	dst = wire.AppendArray(dst, len(list))
	for i := range list {
		dst = wire.AppendArray(dst, 3)
		dst = wire.AppendStr(dst, list[i].Environment)
		dst = wire.AppendStr(dst, list[i].Kind)
		dst = wire.AppendStr(dst, list[i].Name)
	}
	return dst
}

func appendCORS(dst []byte, c *CORS) []byte {
	if len(c.Origins) == 0 {
		return dst
	}
	dst = wire.AppendStr(dst, keyCORS)
	dst = wire.AppendArray(dst, 3)
	dst = wire.AppendArray(dst, len(c.Origins))
	for _, origin := range c.Origins {
		dst = wire.AppendStr(dst, origin)
	}
	dst = wire.AppendBool(dst, c.Credentials)
	return wire.AppendUint(dst, uint64(c.MaxAge))
}

func appendFixed(dst []byte, f *Fixed) []byte {
	if f == nil {
		return dst
	}
	dst = wire.AppendStr(dst, keyFixed)
	dst = wire.AppendArray(dst, 3)
	dst = wire.AppendInt(dst, f.Time)
	dst = wire.AppendUint(dst, f.Seed)
	return wire.AppendBin(dst, f.Entropy[:])
}
