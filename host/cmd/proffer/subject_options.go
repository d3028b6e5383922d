package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/seal"
)

// subjectOptions say where what is kept of visitors and people is: in a directory
// that nobody has open, or with the service that has.
type subjectOptions struct {
	Store   string `required:"" xor:"where" help:"The store, while no \"proffer serve\" has it open." placeholder:"file:DIR"`
	Records string `help:"With --store: the directory of \"proffer serve --record\", if there is one." placeholder:"DIR"`
	Admin   string `required:"" xor:"where" help:"The admin listener of the \"proffer serve\" that has the store open, and knows where requests are recorded. Needs --keys." placeholder:"http://127.0.0.1:9090"`
	Keys    string `help:"With --admin: the keys file of that service, whose peer key signs." placeholder:"FILE"`
}

// where is what all help texts say of the options.
const where = `
Give --store while no "proffer serve" runs with that store. One that runs has it to
itself: ask that one, with these in place of --store,

  --admin http://127.0.0.1:9090 --keys keys.json

or by calls of your own, with a peer token (proffer token peer --help): GET
/v1/visitor?id=ID, GET /v1/person?source=NAME&key=KEY, and POST /v1/erase with the form
visitor=ID or source=NAME&key=KEY.`

// check refuses options that do not go together.
func (o *subjectOptions) check() error {
	switch {
	case o.Admin != "" && o.Keys == "":
		return errors.New("--admin needs --keys, the keys file of that service")
	case o.Admin != "" && o.Records != "":
		return errors.New("--records goes with --store; with --admin the service knows where its records are")
	case o.Store != "" && o.Keys != "":
		return errors.New("--keys goes with --admin; a store on disk needs none")
	}
	return nil
}

// export writes what is kept of a subject.
func (o *subjectOptions) export(who store.Subject, w io.Writer) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.Admin != "" {
		path := "v1/person?" + url.Values{"source": {who.Source}, "key": {who.Key}}.Encode()
		if who.Key == "" {
			path = fmt.Sprintf("v1/visitor?id=%x", who.Visitor)
		}
		return o.ask(http.MethodGet, path, nil, w)
	}
	return o.open(func(s *service.Subjects) error {
		err := s.Export(context.Background(), who, w)
		if errors.Is(err, store.ErrUnknown) {
			return errors.New("nothing is held of " + service.Describe(who))
		}
		return err
	})
}

// erase erases a subject, and says what has gone.
func (o *subjectOptions) erase(who store.Subject, w io.Writer) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.Admin != "" {
		form := url.Values{"source": {who.Source}, "key": {who.Key}}
		if who.Key == "" {
			form = url.Values{"visitor": {fmt.Sprintf("%x", who.Visitor)}}
		}
		return o.ask(http.MethodPost, "v1/erase", form, w)
	}
	return o.open(func(s *service.Subjects) error {
		gone, err := s.Erase(context.Background(), who)
		if errors.Is(err, store.ErrUnknown) {
			return errors.New(service.Unheld(who))
		}
		if err != nil {
			return err
		}
		fmt.Fprint(w, gone)
		if o.Records == "" {
			fmt.Fprintln(w, "Recorded requests were not looked at; if there are any, say where with --records.")
		}
		return nil
	})
}

// mostOutbox is the largest outbox that a store can have: so none that a service
// has filled is too large for a command.
const mostOutbox = 1 << 40

// open does something with a store on disk.
func (o *subjectOptions) open(do func(*service.Subjects) error) error {
	dir, err := storeDir(o.Store)
	if err != nil {
		return err
	}
	for _, must := range []string{dir, o.Records} {
		if _, err := os.Stat(must); must != "" && errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("no directory %s", must)
		}
	}
	known, err := people.Open(dir)
	if err != nil {
		return err
	}
	state, err := bolt.Open(bolt.Config{Dir: dir, OutboxBytes: mostOutbox, People: known, HasSource: known.Has})
	if err != nil {
		return o.locked(errors.Join(err, known.Close()))
	}
	err = do(&service.Subjects{State: state, People: known, Requests: service.Requests{Dir: o.Records}, Logger: slog.New(slog.DiscardHandler)})
	return errors.Join(err, state.Close(), known.Close())
}

// locked says who has the store, and how to go on.
func (o *subjectOptions) locked(err error) error {
	if !errors.Is(err, store.ErrLocked) {
		return err
	}
	return fmt.Errorf(`%s is in use by another process. If that is "proffer serve", ask it: give
  --admin http://127.0.0.1:9090 --keys FILE (its admin listener and its keys file)
in place of --store`, o.Store)
}

// askTimeout is how long a service may take. Erasing overwrites what its file has
// free: seconds for gigabytes.
const askTimeout = 2 * time.Minute

// ask sends a call to the service's admin listener.
func (o *subjectOptions) ask(method, path string, form url.Values, w io.Writer) error {
	token, err := o.token()
	if err != nil {
		return err
	}
	r, err := http.NewRequest(method, strings.TrimSuffix(o.Admin, "/")+"/"+path, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("--admin %q is not a URL like http://127.0.0.1:9090", o.Admin)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := (&http.Client{Timeout: askTimeout}).Do(r)
	if err != nil {
		return fmt.Errorf("--admin: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode == http.StatusOK {
		_, err = io.Copy(w, answer.Body)
		return err
	}
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	if answer.StatusCode == http.StatusNotFound && !strings.Contains(string(text), "held of") {
		return fmt.Errorf("%s has no store: it runs without --store file:DIR", o.Admin)
	}
	return errors.New(strings.TrimSpace(string(text)))
}

// token is a peer token that is good for the one call.
func (o *subjectOptions) token() (string, error) {
	list, err := config.LoadKeys(o.Keys)
	if err != nil {
		return "", err
	}
	ring, err := config.Keyring(list)
	if err != nil {
		return "", err
	}
	token, err := seal.AppendPeer(nil, ring, time.Now().Add(time.Hour).Unix())
	return string(token), err
}
