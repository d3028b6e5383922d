package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/explain"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// check holds the flags about reasons to each other.
func (c *decideCommand) check() error {
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
func explainOne(ctx context.Context, e engine, ring *seal.Keyring, text []byte, offers []string, tree bool) ([]byte, error) {
	d, err := parseDocument(text)
	if err != nil {
		return nil, err
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

// explainPage is the page that says why, on the engine's resident snapshot.
func explainPage(e engine, keys string, f *config.File) (*explain.Page, error) {
	list, err := config.LoadKeys(keys)
	if err != nil {
		return nil, err
	}
	ring, err := config.Keyring(list)
	return &explain.Page{
		Acquire: func() (explain.Session, func(), error) { return explaining(e) },
		Keys:    ring, CountryHeader: f.CountryHeader,
	}, err
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
