package proxy

import (
	"net"
	"net/netip"
	"net/url"

	"github.com/profferhq/proffer/host/internal/address"
)

// guardedDialer connects to an origin, wherever its name leads but to addresses
// where no site is: a name may come from a record that somebody else can write.
// Loopback and private networks are where origins are. Redirects are answers like
// others here, and never followed.
func guardedDialer(o Origin, origin *url.URL) *net.Dialer {
	guard := &address.Guard{Private: true, Named: append(named(origin), o.Networks...), Reason: "where no origin is looked for unless its address or network is written down"}
	return &net.Dialer{Timeout: o.ConnectTimeout, Resolver: o.Resolver, ControlContext: guard.Control}
}

// named is the address that stands in an origin's URL itself. Without a host it is
// this machine, for which no address stands.
func named(origin *url.URL) []netip.Prefix {
	host := origin.Hostname()
	if host == "" {
		host = "0.0.0.0"
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return nil
	}
	a = a.WithZone("").Unmap()
	return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}
}
