package address_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/internal/address"
)

func TestGuard(t *testing.T) {
	public := address.Guard{Reason: "not for us"}
	within := address.Guard{Private: true, Reason: "not for us"}
	for to, want := range map[string]string{
		"93.184.216.34:443": "", "[2606:2800:220:1::1]:443": "", "[64:ff9b::5db8:d822]:443": "", "172.32.0.1:1": "", "[64:ff9b:1::5db8:d822]:443": "", "100.128.0.1:1": "",

		"127.0.0.1:80": "loopback", "127.9.9.9:80": "loopback", "[::1]:80": "loopback", "[::ffff:127.0.0.1]:80": "loopback", "[::7f00:1]:80": "loopback",
		"[64:ff9b::7f00:1]:80": "loopback", "[2002:7f00:1::]:80": "loopback",
		"10.1.2.3:80": "private", "172.16.0.1:80": "private", "172.31.255.255:80": "private", "192.168.1.1:80": "private", "100.64.0.1:80": "private",
		"[fd12::1]:80": "private", "[fc00::1]:80": "private", "[fec0::1]:80": "private", "[::ffff:10.0.0.1]:80": "private",

		"169.254.169.254:80": "link-local", "[::ffff:169.254.169.254]:80": "link-local", "169.254.0.1:80": "link-local", "[fe80::1%eth0]:80": "link-local",
		"[fe80::1]:80": "link-local", "[64:ff9b::a9fe:a9fe]:80": "link-local", "[2002:a9fe:a9fe::1]:80": "link-local", "[::a9fe:a9fe]:80": "link-local",
		"[64:ff9b:1::a9fe:a9fe]:80": "link-local", "[64:ff9b:1:a9fe:a9:fe00::]:80": "link-local", "[64:ff9b:1:a9:fe:a9fe::]:80": "link-local",
		"[64:ff9b:1:0:a9:fea9:fe00:0]:80": "no host's", // another reading of it
		"[fd00:ec2::254]:80":              "metadata", "[fd20:ce::254]:80": "metadata", "100.100.100.200:80": "metadata", "192.0.0.192:80": "metadata", "168.63.129.16:80": "metadata",
		"0.0.0.0:80": "no host's", "[::]:80": "no host's", "224.0.0.1:80": "no host's", "255.255.255.255:80": "no host's", "[ff02::1]:80": "no host's",
		"receiver.example:80": "no address", "": "no address",
	} {
		says(t, public.Check(to), to, want)
		if want == "loopback" || want == "private" {
			want = ""
		}
		says(t, within.Check(to), to+" privately", want)
	}
}

// TestNamedAddresses: what the operator wrote is allowed, and no way around it.
func TestNamedAddresses(t *testing.T) {
	g := address.Guard{Reason: "not for us", Named: []netip.Prefix{netip.MustParsePrefix("169.254.7.0/24"), netip.MustParsePrefix("fe80::1/128")}}
	for to, want := range map[string]string{
		"169.254.7.9:80": "", "[::ffff:169.254.7.9]:80": "", "[fe80::1%eth0]:80": "",
		"169.254.8.9:80": "link-local", "[fe80::2]:80": "link-local", "[64:ff9b::a9fe:0709]:80": "link-local", "127.0.0.1:80": "loopback",
	} {
		says(t, g.Check(to), to, want)
	}
}

func says(t *testing.T, err error, what, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", what, err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: got %v, want %q", what, err, want)
	}
}
