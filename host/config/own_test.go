//go:build unix

package config_test

import (
	"os"
	"syscall"
	"testing"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestRotationKeepsTheOwner: who rotates as root leaves the file to the service
// whose it is. Who is not root has no file of somebody else's to try it on, and
// keeps it to himself.
func TestRotationKeepsTheOwner(t *testing.T) {
	name := keysFile(t, `"id":1,"use":"cookie"`)
	want := os.Getuid()
	if want == 0 {
		want = 65534
		if err := os.Chown(name, want, want); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := (config.Rotation{File: name, Use: abi.UseCookie, Now: rotated}).Prepare(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := int(info.Sys().(*syscall.Stat_t).Uid); got != want || info.Mode() != 0o600 {
		t.Errorf("owner %d, mode %v; want %d and 0600", got, info.Mode(), want)
	}
}
