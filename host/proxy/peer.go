package proxy

import (
	"net/http"
	"net/netip"
	"strings"
)

// peers are ranges of addresses, IPv4 as such.
type peers []netip.Prefix

func newPeers(list []netip.Prefix) peers {
	out := make(peers, len(list))
	for i, p := range list {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		out[i] = p.Masked()
	}
	return out
}

// sent reports whether a request came over a connection from a peer. An address
// that is no IP address is nobody's.
func (p peers) sent(r *http.Request) bool {
	if len(p) == 0 {
		return false
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	return p.contain(from.Addr())
}

func (p peers) contain(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// network is the network of the browser that a request comes from, as far as we
// see it or peers say: 256 addresses, of IPv6 what one customer gets. It is empty
// where that is not known.
func (p peers) network(r *http.Request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	a := from.Addr()
	said := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for p.contain(a) {
		if len(said) == 0 {
			return ""
		}
		last := len(said) - 1
		if a, err = netip.ParseAddr(strings.TrimSpace(said[last])); err != nil {
			return ""
		}
		said = said[:last]
	}
	return networkOf(a)
}

const networkBits4, networkBits6 = 24, 48

func networkOf(a netip.Addr) string {
	a, bits := a.Unmap().WithZone(""), networkBits6
	if a.Is4() {
		bits = networkBits4
	}
	return netip.PrefixFrom(a, bits).Masked().String()
}

// secure reports whether the browser's connection has TLS, as far as we see it
// or a peer says.
func secure(r *http.Request, peer bool) bool {
	if r.TLS != nil {
		return true
	}
	if !peer {
		return false
	}
	proto, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return strings.EqualFold(strings.TrimSpace(proto), "https")
}

// hostname is a Host header without its port, in lower case and without the dot
// of a rooted name.
func hostname(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
