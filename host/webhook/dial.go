package webhook

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Bounds of a connection. A receiver that needs longer is down.
const (
	dialTimeout = 5 * time.Second
	idleTimeout = 90 * time.Second
	maxHeader   = 16 << 10
)

// newTransport connects to the receiver alone, by no proxy.
func newTransport(c *Config) *http.Transport {
	dialer := &net.Dialer{
		Timeout: dialTimeout,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			return allowed(address, c.AllowPrivate)
		},
	}
	return &http.Transport{
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: idleTimeout, MaxIdleConnsPerHost: 1,
		MaxResponseHeaderBytes: maxHeader, DisableCompression: true, ForceAttemptHTTP2: true,
	}
}

// networks are prefixes with one reason.
type networks struct {
	why  string
	list []netip.Prefix
}

func parse(why string, list ...string) networks {
	n := networks{why: why}
	for _, s := range list {
		n.list = append(n.list, netip.MustParsePrefix(s))
	}
	return n
}

// never are networks where no receiver is. Clouds tell a machine its secrets at
// addresses of their own: those of AWS, Google, Alibaba, Oracle and Azure that are
// not link-local are here.
func never() []networks {
	return []networks{
		parse("link-local", "169.254.0.0/16", "fe80::/10"),
		parse("a cloud's metadata", "fd00:ec2::254/128", "fd20:ce::254/128", "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32"),
		parse("no host's", "0.0.0.0/8", "::/128", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8"),
	}
}

// private are networks where a receiver may be if the operator says so.
func private() []networks {
	return []networks{
		parse("loopback", "127.0.0.0/8", "::1/128"),
		parse("private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10"),
	}
}

// allowed says why an address must not be dialled. It sees what a name was
// resolved to, so that a name that leads elsewhere the second time is seen, too.
func allowed(address string, privately bool) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%.60q is no address", address)
	}
	refused := never()
	if !privately {
		refused = append(refused, private()...)
	}
	for _, a := range behind(to.Addr()) {
		for _, n := range refused {
			for _, p := range n.list {
				if p.Contains(a) {
					return fmt.Errorf("%s is %s, where events are not sent", to.Addr(), n.why)
				}
			}
		}
	}
	return nil
}

// behind are an address and the IPv4 addresses that it leads to: mapped ones, and
// those of NAT64 (RFC 6052, section 2.1) and 6to4 (RFC 3056, section 2).
func behind(a netip.Addr) []netip.Addr {
	a = a.WithZone("").Unmap()
	if a.Is4() {
		return []netip.Addr{a}
	}
	b := a.As16()
	out := []netip.Addr{a}
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a), netip.MustParsePrefix("::/96").Contains(a) && !a.IsLoopback() && !a.IsUnspecified():
		out = append(out, netip.AddrFrom4([4]byte(b[12:])))
	case netip.MustParsePrefix("2002::/16").Contains(a):
		out = append(out, netip.AddrFrom4([4]byte(b[2:6])))
	}
	return out
}
