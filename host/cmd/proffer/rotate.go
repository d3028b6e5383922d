package main

import (
	"fmt"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/abi"
)

// rotateOptions are what every step of a rotation takes.
type rotateOptions struct {
	File string `arg:"" help:"Keys file; it is replaced as a whole." placeholder:"FILE"`
	Use  string `default:"cookie" enum:"cookie,identity,peer" help:"Which keys: ${enum}."`
}

func (o *rotateOptions) rotation() config.Rotation {
	return config.Rotation{File: o.File, Use: o.Use, Now: time.Now()}
}

// everywhere is what has to be done between two steps.
func (o *rotateOptions) everywhere() string {
	where := "Give " + o.File + " to every process that serves. \"proffer serve\" takes it over and logs \"keys changed\"; what has\nits keys in a configuration of its own, as an edge in a foreign proxy has, gets them there and is started again."
	if o.Use == abi.UseIdentity {
		where += "\nThe site's software, which signs the tokens, goes on with the key that it has."
	}
	return where
}

type prepareCommand struct{ rotateOptions }

// Help says why there are steps.
func (*prepareCommand) Help() string {
	return `A key must be known everywhere before anything is signed with it:

  proffer keys rotate prepare keys.json     then wait until every process has it
  proffer keys rotate promote keys.json     then wait again
  proffer keys rotate retire keys.json --id 1     after 400 days, see its help

A running "proffer serve" takes the file over when it is saved, logs "keys changed"
and which key signs, and keeps the keys that it had if the file is broken.
Processes between two steps understand each other.`
}

// Run adds a key.
func (c *prepareCommand) Run(s streams) error {
	id, signs, err := c.rotation().Prepare()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Added %s key %d. Key %d still signs.\n\nNext: %s\nThen: proffer keys rotate promote %s --use %s\n",
		c.Use, id, signs, c.everywhere(), c.File, c.Use)
	return nil
}

type promoteCommand struct{ rotateOptions }

// Run lets the prepared key sign.
func (c *promoteCommand) Run(s streams) error {
	id, signed, err := c.rotation().Promote()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s\n\nNext: %s\n%s\n", promoted(c.Use, id, signed), c.everywhere(), c.later(signed))
	return nil
}

func promoted(use string, id, signed int) string {
	return fmt.Sprintf("From now on %s key %d signs. What key %d has signed stays good.", use, id, signed)
}

// later is when the former key can go, and how.
func (c *promoteCommand) later(signed int) string {
	from := time.Now().Add(config.TokenLife).UTC().Format(time.DateOnly)
	why := "Then let the site's software sign with the new key, everywhere."
	switch c.Use {
	case abi.UseCookie:
		from = time.Now().Add(config.CookieLife).UTC().Format(time.DateOnly)
		why = "Every visitor who comes back gets a cookie under the new key. Who does not for 395 days has none."
	case abi.UsePeer:
		why = "Then let the peers sign with the new key."
	}
	return fmt.Sprintf("%s\nFrom %s on, if you like: proffer keys rotate retire %s --use %s --id %d", why, from, c.File, c.Use, signed)
}

type retireCommand struct {
	rotateOptions
	ID  int  `help:"The key. Without it, the keys are listed." placeholder:"N"`
	Now bool `help:"Also if what it has signed can still be about: for a key that has leaked."`
}

// Help says who is lost.
func (*retireCommand) Help() string {
	return `Dropping a key is never needed: a use may have 16. Who is lost by it:

  cookie    nobody whose cookie is under it, for after 400 days there is none.
            Customers who came back all the time but have not logged in since the
            key was promoted are still linked under it: at their next login they
            begin as new visitors. A login links under the key that signs then.
  identity  nobody, once the site's software signs with another key.

With --now, everybody whose cookie is under it is a stranger, and everybody whose
token is under it has to log in again.`
}

// Run drops a key.
func (c *retireCommand) Run(s streams) error {
	signed, err := c.rotation().Retire(c.ID, c.Now)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Dropped %s key %d. %s\n\nNext: %s\n", c.Use, c.ID, c.lost(signed), c.everywhere())
	return nil
}

func (c *retireCommand) lost(signed bool) string {
	switch {
	case !signed:
		return "It had signed nothing."
	case c.Use != abi.UseCookie:
		return "What it has signed is refused."
	case c.Now:
		return "Who has a cookie under it is a stranger now. Who is linked under it, and logs in, begins as a new visitor."
	}
	return "No cookie under it is left. Who has not logged in since it ceased to sign is still linked under it, and begins\nas a new visitor at the next login."
}
