package config

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// keysFile is {"keys":[{"id":1,"use":"cookie","key":"base64url of 32 bytes","primary":true}]}.
type keysFile struct {
	Keys []keyEntry `json:"keys"`
}

// keyEntry is one key. A rotation keeps in the file where it stands: Next is a
// key that has not signed yet, Until when one has ceased to.
type keyEntry struct {
	ID      int    `json:"id"`
	Use     string `json:"use"`
	Key     string `json:"key"`
	Primary bool   `json:"primary,omitempty"`
	Next    bool   `json:"next,omitempty"`
	Until   string `json:"until,omitempty"` // RFC 3339
}

// uses are the uses of keys in the order in which a new file lists them.
var uses = map[string]seal.Use{abi.UseCookie: seal.UseCookie, abi.UseIdentity: seal.UseIdentity, abi.UsePeer: seal.UsePeer}

// LoadKeys reads a keys file. It refuses one that others than its owner can
// read, unknown fields, and whatever seal.NewKeyring refuses.
func LoadKeys(name string) ([]abi.Key, error) {
	b, err := ReadPrivate(name)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	keys, err := ParseKeys(b)
	if err != nil {
		return nil, fmt.Errorf("keys: %s: %w", name, err)
	}
	return keys, nil
}

// Private refuses a file that others than its owner can read.
func Private(name string) error {
	_, _, err := private(name)
	return err
}

// ReadPrivate reads a file of secrets. It refuses one that others than its owner
// can read.
func ReadPrivate(name string) ([]byte, error) {
	if _, _, err := private(name); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// private gives a file that a name leads to, and refuses one that others than
// its owner can read.
func private(name string) (file string, info os.FileInfo, err error) {
	if file, err = filepath.EvalSymlinks(name); err == nil {
		info, err = os.Stat(file)
	}
	if err != nil {
		return "", nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", nil, fmt.Errorf("%s can be read by others (mode %04o); make it 0600", name, info.Mode().Perm())
	}
	return file, info, nil
}

// ParseKeys reads the text of a keys file.
func ParseKeys(b []byte) ([]abi.Key, error) {
	var f keysFile
	if err := strict(b, &f); err != nil {
		return nil, err
	}
	return f.keys()
}

// keys checks the file whole.
func (f *keysFile) keys() ([]abi.Key, error) {
	if len(f.Keys) == 0 {
		return nil, errors.New("no keys")
	}
	keys := make([]abi.Key, len(f.Keys))
	for i, e := range f.Keys {
		k, err := e.key()
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		keys[i] = k
	}
	if _, err := Keyring(keys); err != nil {
		return nil, err
	}
	return keys, nil
}

func (e *keyEntry) key() (abi.Key, error) {
	k := abi.Key{ID: uint8(e.ID), Use: e.Use, Primary: e.Primary}
	if e.ID < 0 || e.ID > 255 {
		return k, fmt.Errorf("id %d is not in 0..255", e.ID)
	}
	if _, ok := uses[e.Use]; !ok {
		return k, fmt.Errorf("use %q is not cookie, identity or peer", e.Use)
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(e.Key)
	if err != nil || len(secret) != abi.SecretSize {
		return k, errors.New("key is not 32 bytes in base64url without padding")
	}
	copy(k.Secret[:], secret)
	if _, err := e.until(); err != nil {
		return k, err
	}
	if (e.Primary || e.Next) && e.Until != "" || e.Primary && e.Next {
		return k, errors.New("more than one of primary, next and until")
	}
	return k, nil
}

// until is when the key ceased to sign; zero if the file does not say.
func (e *keyEntry) until() (t time.Time, err error) {
	if e.Until == "" {
		return t, nil
	}
	if t, err = time.Parse(time.RFC3339, e.Until); err != nil {
		return t, fmt.Errorf("until %q is not a time like 2026-07-10T12:00:00Z", e.Until)
	}
	return t, nil
}

// Keyring makes keys ready for use on the host's side.
func Keyring(keys []abi.Key) (*seal.Keyring, error) {
	list := make([]seal.Key, len(keys))
	for i, k := range keys {
		list[i] = seal.Key{ID: k.ID, Use: uses[k.Use], Primary: k.Primary, Secret: k.Secret}
	}
	return seal.NewKeyring(list)
}

// TestKeys are the published test key for every use. Anyone can sign with it.
func TestKeys() []abi.Key {
	var keys []abi.Key
	for _, use := range []string{abi.UseCookie, abi.UseIdentity, abi.UsePeer} {
		keys = append(keys, abi.Key{ID: seal.TestKeyID, Use: use, Primary: true, Secret: abi.TestSecret()})
	}
	return keys
}

// IsTest reports whether the published test key is among keys.
func IsTest(keys []abi.Key) bool {
	for _, k := range keys {
		if k.ID == seal.TestKeyID {
			return true
		}
	}
	return false
}

// NewKeys is the text of a keys file with one new random key for each use.
func NewKeys() ([]byte, error) {
	var f keysFile
	for _, use := range []string{abi.UseCookie, abi.UseIdentity, abi.UsePeer} {
		secret, err := newSecret()
		if err != nil {
			return nil, err
		}
		f.Keys = append(f.Keys, keyEntry{ID: 1, Use: use, Primary: true, Key: secret})
	}
	return f.text()
}

func newSecret() (string, error) {
	var secret [abi.SecretSize]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return "", fmt.Errorf("keys: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(secret[:]), nil
}

func (f *keysFile) text() ([]byte, error) {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return append(b, '\n'), nil
}
