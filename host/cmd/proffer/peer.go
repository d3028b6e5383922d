package main

import (
	"fmt"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/seal"
)

type peerCommand struct {
	Keys  string `required:"" help:"Keys file, whose peer key signs; \"proffer serve\" must have the same." placeholder:"FILE"`
	Hours int    `default:"24" help:"How many hours the token is good, 1 to 24."`
}

// Help says what the token is for.
func (peerCommand) Help() string {
	return `A program that asks the admin listener of "proffer serve" for what only peers may
(POST /v1/record, POST /v1/events, and GET /v1/visitor, GET /v1/person, POST /v1/erase,
see "proffer visitor erase --help") shows who it is by a peer token, also on the same
machine. The decide API takes one, too, from who says who the visitor is (see "proffer
serve --help"):

  curl -H "Authorization: Bearer $(proffer token peer --keys keys.json)" ...

A token is good for a day at most. What calls for longer has the keys file and makes
one when it needs it: by this command, or by itself as plugin/COOKIES.md says, section
10. Whoever has a token can do all that a peer may until it ends; to end all of them
at once, change the peer key:

  proffer keys rotate prepare keys.json --use peer
  proffer keys rotate promote keys.json --use peer
  proffer keys rotate retire keys.json --use peer --id 1 --now`
}

// Run prints a token.
func (c *peerCommand) Run(s streams) error {
	if c.Hours < 1 || c.Hours > 24 {
		return fmt.Errorf("--hours is %d (have 1..24)", c.Hours)
	}
	list, err := config.LoadKeys(c.Keys)
	if err != nil {
		return err
	}
	ring, err := config.Keyring(list)
	if err != nil {
		return err
	}
	token, err := seal.AppendPeer(nil, ring, time.Now().Add(time.Duration(c.Hours)*time.Hour).Unix())
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, string(token))
	return nil
}
