package service

import (
	"fmt"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/explain"
	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/plugin/seal"
)

// ExplainPage is the page that says why, on the engine's resident snapshot. It
// offers what is recorded in a directory, unless that is empty.
func ExplainPage(e Engine, keys func() *seal.Keyring, records string, f *config.File) *explain.Page {
	page := &explain.Page{
		Acquire: func() (explain.Session, func(), error) { return Explaining(e) },
		Keys:    keys, CountryHeader: f.CountryHeader,
	}
	if records != "" {
		page.Records = recordings(records)
	}
	return page
}

// recordings are what is recorded in a directory, for the page that says why.
type recordings string

// listed is how many recorded requests the page offers.
const listed = 50

// List gives the newest first.
func (dir recordings) List() ([]explain.Record, error) {
	list, err := record.List(string(dir), listed)
	out := make([]explain.Record, len(list))
	for i, e := range list {
		out[i] = explain.Record{ID: e.Interaction, Title: e.Time.UTC().Format("2006-01-02 15:04:05 UTC, ") + e.Host + e.Path}
	}
	return out, err
}

// Read gives the request document of a record.
func (dir recordings) Read(id string) ([]byte, error) {
	found, err := record.Find(string(dir), id)
	if err != nil {
		return nil, err
	}
	return found.Document, nil
}

// Explaining pins an engine's snapshot for questions why.
func Explaining(e Engine) (s explain.Session, release func(), err error) {
	session, err := e.Acquire()
	if err != nil {
		return nil, nil, err
	}
	s, ok := session.(explain.Session)
	if !ok {
		session.Release()
		return nil, nil, fmt.Errorf("an engine of %T cannot explain", session)
	}
	return s, session.Release, nil
}
