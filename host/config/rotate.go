package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// Rotation changes the keys of one use in a keys file, one step at a time, so
// that no process ever sees a signature whose key it does not know: Prepare
// adds a key, every process gets the file, Promote lets the key sign, every
// process gets the file, and when nothing is left that the former key has
// signed, Retire drops it.
//
// Each step replaces the file as a whole, and only if the new one is good. It
// stays its owner's and readable to nobody else.
type Rotation struct {
	File string
	Use  string // abi.UseCookie, abi.UseIdentity or abi.UsePeer
	Now  time.Time
}

// CookieLife is how long a browser may keep what a cookie key has signed after
// the key has ceased to: the cookies' 395 days, and five for a fleet to get the
// file. TokenLife is that for the other uses: a token lives a day, and there is
// another for the file.
const (
	CookieLife = 400 * day
	TokenLife  = 2 * day
	day        = 24 * time.Hour
)

// Prepare adds a key that does not sign yet, and says its id and which signs.
func (r Rotation) Prepare() (id, signs int, err error) {
	err = r.change(func(f *keysFile) error {
		old, err := r.primary(f)
		if err != nil {
			return err
		}
		if next := r.next(f); next != nil {
			return fmt.Errorf("%s key %d is prepared already; promote it, or retire it", r.Use, next.ID)
		}
		if n := len(r.ids(f)); n == seal.MaxKeys {
			return fmt.Errorf("there are %d %s keys, the most that a use may have; retire one first", n, r.Use)
		}
		secret, err := newSecret()
		if err != nil {
			return err
		}
		old.Primary, old.Until = true, "" // which the only key of a use need not say
		id, signs = r.free(f), old.ID
		f.Keys = append(f.Keys, keyEntry{ID: id, Use: r.Use, Key: secret, Next: true})
		return nil
	})
	return id, signs, err
}

// Promote lets the prepared key sign, and says its id and which signed before.
func (r Rotation) Promote() (id, signed int, err error) {
	err = r.change(func(f *keysFile) error {
		old, err := r.primary(f)
		if err != nil {
			return err
		}
		next := r.next(f)
		if next == nil {
			return fmt.Errorf("no %s key is prepared; prepare one first, and give the file to every process", r.Use)
		}
		old.Primary, old.Until = false, r.Now.UTC().Format(time.RFC3339)
		next.Primary, next.Next = true, false
		id, signed = next.ID, old.ID
		return nil
	})
	return id, signed, err
}

// Retire drops a key that does not sign. A key that has signed must have ceased
// to for as long as what it has signed can live, unless soon is set. It reports
// whether the key has ever signed.
func (r Rotation) Retire(id int, soon bool) (signed bool, err error) {
	err = r.change(func(f *keysFile) error {
		if _, err := r.primary(f); err != nil {
			return err
		}
		if id == 0 {
			return fmt.Errorf("name the key with --id:\n%s", r.describe(f))
		}
		for i := range f.Keys {
			if e := &f.Keys[i]; e.Use == r.Use && e.ID == id {
				if err := r.mayGo(e, soon); err != nil {
					return err
				}
				signed = !e.Next
				f.Keys = append(f.Keys[:i], f.Keys[i+1:]...)
				return nil
			}
		}
		return fmt.Errorf("no %s key has the id %d:\n%s", r.Use, id, r.describe(f))
	})
	return signed, err
}

// life is how long what a key of the use has signed can live.
func (r Rotation) life() time.Duration {
	if r.Use == abi.UseCookie {
		return CookieLife
	}
	return TokenLife
}

// mayGo reports why a key may not be dropped.
func (r Rotation) mayGo(e *keyEntry, soon bool) error {
	until, err := e.until()
	switch {
	case err != nil:
		return err
	case e.Primary:
		return fmt.Errorf("%s key %d signs; promote another one first", e.Use, e.ID)
	case e.Next || soon:
		return nil
	case until.IsZero():
		return fmt.Errorf("the file does not say since when %s key %d no longer signs; if that is longer than %s, retire it with --now",
			e.Use, e.ID, days(r.life()))
	case r.Now.Sub(until) < r.life():
		return fmt.Errorf("%s key %d signed until %s; what it has signed lives until %s: retire it then, or at the cost of that with --now",
			e.Use, e.ID, date(until), date(until.Add(r.life())))
	}
	return nil
}

// describe has a line for each key of the use, without secrets.
func (r Rotation) describe(f *keysFile) string {
	var b strings.Builder
	for i := range f.Keys {
		e := &f.Keys[i]
		if e.Use != r.Use {
			continue
		}
		until, _ := e.until() // checked when the file was read
		state := "has signed, the file does not say until when"
		switch {
		case e.Primary:
			state = "signs"
		case e.Next:
			state = "is prepared and has not signed yet"
		case !until.IsZero():
			state = "signed until " + date(until) + "; can be retired from " + date(until.Add(r.life())) + " on"
		}
		fmt.Fprintf(&b, "  %s key %d %s\n", e.Use, e.ID, state)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func days(d time.Duration) string { return fmt.Sprintf("%d days", d/day) }

// primary is the key that signs. The only key of a use does so without saying.
func (r Rotation) primary(f *keysFile) (*keyEntry, error) {
	var only *keyEntry
	for i := range f.Keys {
		e := &f.Keys[i]
		if e.Use != r.Use {
			continue
		}
		if e.ID == seal.TestKeyID {
			return nil, errors.New("key 0 is the published test key, which is not rotated; make keys with: proffer keys new")
		}
		if only = e; e.Primary {
			return e, nil
		}
	}
	if only == nil {
		return nil, fmt.Errorf("there is no %s key to rotate; make keys with: proffer keys new", r.Use)
	}
	only.Primary, only.Next, only.Until = true, false, ""
	return only, nil
}

func (r Rotation) next(f *keysFile) *keyEntry {
	for i := range f.Keys {
		if e := &f.Keys[i]; e.Use == r.Use && e.Next {
			return e
		}
	}
	return nil
}

// ids are those that are taken.
func (r Rotation) ids(f *keysFile) map[int]bool {
	taken := map[int]bool{}
	for i := range f.Keys {
		if f.Keys[i].Use == r.Use {
			taken[f.Keys[i].ID] = true
		}
	}
	return taken
}

// free is the id behind the largest; when that was 255, the least that is free.
// A use has at most seal.MaxKeys keys, so there is one.
func (r Rotation) free(f *keysFile) int {
	taken, last := r.ids(f), 0
	for id := range taken {
		last = max(last, id)
	}
	if last < 255 {
		return last + 1
	}
	for id := 1; ; id++ {
		if !taken[id] {
			return id
		}
	}
}

// change reads the file, changes it, checks it, and puts it in place.
func (r Rotation) change(edit func(*keysFile) error) error {
	return replace(r.File, func(b []byte) ([]byte, error) {
		var f keysFile
		if err := strict(b, &f); err != nil {
			return nil, err
		}
		if _, err := f.keys(); err != nil {
			return nil, err
		}
		if err := edit(&f); err != nil {
			return nil, err
		}
		if _, err := f.keys(); err != nil {
			return nil, err
		}
		return f.text()
	})
}

// replace makes a new version of a private file and puts it in its place at
// once. Who is cut short leaves the file as it was, and a FILE.new.
func replace(name string, edit func([]byte) ([]byte, error)) (err error) {
	name, info, err := private(name)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	fresh := name + ".new"
	out, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("keys: %s is there: the keys are being changed, or that was cut short; if it was, remove it", fresh)
	}
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(fresh)
			err = fmt.Errorf("keys: %s: %w", name, err)
		}
	}()
	old, err := os.ReadFile(name) // now that nobody else changes it
	if err == nil {
		old, err = edit(old)
	}
	if err == nil {
		_, err = out.Write(old)
	}
	if err == nil {
		err = own(out, info)
	}
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	return os.Rename(fresh, name)
}
