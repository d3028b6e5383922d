package address

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"syscall"
)

// Guard refuses addresses. Its zero value allows those of the public Internet
// alone.
type Guard struct {
	Private bool           // loopback and private networks are allowed
	Named   []netip.Prefix // allowed whatever they are
	Reason  string         // what the refusal says behind the address, such as "where events are not sent"
}

// Control refuses an address before a socket is connected, for
// [net.Dialer.ControlContext].
func (g *Guard) Control(_ context.Context, _, address string, _ syscall.RawConn) error {
	return g.Check(address)
}

// Check says why an address with its port must not be dialled. What an operator
// named is allowed as it stands: not what leads to it by a detour.
func (g *Guard) Check(address string) error {
	if strings.HasPrefix(address, ":") { // a URL without a host
		address = "0.0.0.0" + address
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%.60q is no address", address)
	}
	for _, p := range g.Named {
		if p.Contains(to.Addr().WithZone("").Unmap()) {
			return nil
		}
	}
	refused := never()
	if !g.Private {
		refused = append(refused, private()...)
	}
	for _, a := range behind(to.Addr()) {
		for _, n := range refused {
			if n.contain(a) {
				return fmt.Errorf("%s is %s, %s", to.Addr(), n.why, g.Reason)
			}
		}
	}
	return nil
}

// networks are prefixes with one reason.
type networks struct {
	why  string
	list []netip.Prefix
}

func (n *networks) contain(a netip.Addr) bool {
	for _, p := range n.list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func parse(why string, list ...string) networks {
	n := networks{why: why}
	for _, s := range list {
		n.list = append(n.list, netip.MustParsePrefix(s))
	}
	return n
}

// never are networks where nobody is whom we want to reach. Clouds tell a machine
// its secrets at addresses of their own: those of AWS, Google, Alibaba, Oracle and
// Azure that are not link-local are here.
func never() []networks {
	return []networks{
		parse("link-local", "169.254.0.0/16", "fe80::/10"),
		parse("a cloud's metadata", "fd00:ec2::254/128", "fd20:ce::254/128", "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32"),
		parse("no host's", "0.0.0.0/8", "::/128", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8"),
	}
}

// private are networks of this machine and of an operator's own.
func private() []networks {
	return []networks{
		parse("loopback", "127.0.0.0/8", "::1/128"),
		parse("private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10"),
	}
}

// behind are an address and the IPv4 addresses that it leads to: mapped ones,
// those of NAT64 (RFC 6052, section 2.2: behind the well-known prefix and, with
// any length of it, behind the local one of RFC 8215), and of 6to4 (RFC 3056,
// section 2). Bytes of the local one that would be 0.0.0.0/8 are its zeros.
func behind(a netip.Addr) []netip.Addr {
	a = a.WithZone("").Unmap()
	if a.Is4() {
		return []netip.Addr{a}
	}
	b := a.As16()
	v4 := func(i, j, k, l int) netip.Addr { return netip.AddrFrom4([4]byte{b[i], b[j], b[k], b[l]}) }
	out := []netip.Addr{a}
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a), netip.MustParsePrefix("::/96").Contains(a) && !a.IsLoopback() && !a.IsUnspecified():
		out = append(out, v4(12, 13, 14, 15))
	case netip.MustParsePrefix("64:ff9b:1::/48").Contains(a):
		for _, a := range []netip.Addr{v4(12, 13, 14, 15), v4(6, 7, 9, 10), v4(7, 9, 10, 11), v4(9, 10, 11, 12)} {
			if a.As4()[0] != 0 {
				out = append(out, a)
			}
		}
	case netip.MustParsePrefix("2002::/16").Contains(a):
		out = append(out, v4(2, 3, 4, 5))
	}
	return out
}
