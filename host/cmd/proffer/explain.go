package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/explain"
	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// checkReasons holds the flags about reasons to each other.
func (c *decideCommand) checkReasons() error {
	switch {
	case c.Explain && c.Tree:
		return errors.New("--explain and --tree are two forms of the same: give one")
	case len(c.Offers) > 0 && !c.Explain && !c.Tree:
		return errors.New("--offer says whose reason is told: give --explain or --tree, too")
	case len(c.Offers) > abi.MaxOffers:
		return fmt.Errorf("--offer: %d offers, over the limit of %d", len(c.Offers), abi.MaxOffers)
	}
	return nil
}

// explainOne answers one document with its reasons: a line of JSON, or a tree.
func explainOne(ctx context.Context, e engine, ring *seal.Keyring, d *document.Document, offers []string, tree bool) ([]byte, error) {
	if d.Event != nil {
		return nil, errors.New("an event shows no offers, so there are no reasons for it")
	}
	answer, explanation, err := explainDocument(ctx, e, ring, d, offers)
	if err != nil {
		return nil, err
	}
	if !tree {
		return document.JSONWithTrace(answer, explanation)
	}
	var out bytes.Buffer
	err = explanation.Tree(&out)
	return out.Bytes(), err
}

func explainDocument(ctx context.Context, e engine, ring *seal.Keyring, d *document.Document, offers []string) (*abi.Answer, *explain.Explanation, error) {
	s, release, err := explaining(e)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	var codes [][]byte
	for _, code := range offers {
		codes = append(codes, []byte(code))
	}
	return explain.Document(ctx, s, ring, d, codes)
}

// explainPage is the page that says why, on the engine's resident snapshot. It
// offers what is recorded in a directory, unless that is empty.
func explainPage(e engine, keys func() *seal.Keyring, records string, f *config.File) *explain.Page {
	page := &explain.Page{
		Acquire: func() (explain.Session, func(), error) { return explaining(e) },
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

// explaining pins an engine's snapshot for questions why.
func explaining(e engine) (s explain.Session, release func(), err error) {
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
