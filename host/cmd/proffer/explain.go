package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/explain"
	"github.com/profferhq/proffer/host/service"
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
func explainOne(ctx context.Context, e service.Engine, ring *seal.Keyring, d *document.Document, offers []string, tree bool) ([]byte, error) {
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

func explainDocument(ctx context.Context, e service.Engine, ring *seal.Keyring, d *document.Document, offers []string) (*abi.Answer, *explain.Explanation, error) {
	s, release, err := service.Explaining(e)
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
