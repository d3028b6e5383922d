package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/seal"
)

type newKeysCommand struct{}

// Help says what to do with the output.
func (newKeysCommand) Help() string {
	return `There is one key for each use: for cookies, for identity tokens, which the site's
software signs (proffer token identity --help), and for peer tokens, by which other
programs call the admin listener (proffer token peer --help).

Write it to a file that nobody else can read:

  (umask 077; proffer keys new > keys.json)`
}

// Run prints a keys file.
func (newKeysCommand) Run(s streams) error {
	b, err := config.NewKeys()
	if err != nil {
		return err
	}
	_, err = s.out.Write(b)
	return err
}

type identityCommand struct {
	Keys      string            `help:"Keys file, whose identity key signs. Default: the published test key." placeholder:"FILE"`
	Source    string            `default:"main" help:"People source of the catalog that the person's key is of."`
	Key       string            `required:"" help:"The person's key in that source, a customer's number for example." placeholder:"KEY"`
	TTL       time.Duration     `default:"1h" help:"How long the token is good, at most 24h."`
	Attribute map[string]string `help:"Attribute of the person; may repeat." placeholder:"NAME=VALUE"`
}

// Help says what the token is for.
func (identityCommand) Help() string {
	return `An identity token says who has logged in. The site's own software makes one at each
login, signed with the identity key of the keys file, and sets it as the cookie
proffer_identity (examples/identity has that in Go, JavaScript, Python and PHP;
plugin/COOKIES.md, section 7, has it byte for byte). This command prints one to try
things with:

  proffer token identity --keys keys.json --key 1001 --attribute country=FR
  curl -H "Cookie: proffer_identity=$(proffer token identity --keys keys.json --key 1001)" http://127.0.0.1:8080/

"proffer serve" believes it if it has the same keys file. "proffer decide" has the
published test key where it is not given another one, and so has this command.

What the catalog's target schema declares may come along as attributes. A value with
commas is a list: --attribute segments=gold,new.`
}

// Run prints a token.
func (c *identityCommand) Run(s streams) error {
	keys := config.TestKeys()
	if c.Keys != "" {
		var err error
		if keys, err = config.LoadKeys(c.Keys); err != nil {
			return err
		}
	}
	if c.TTL <= 0 || c.TTL > 24*time.Hour {
		return errors.New("--ttl must be above 0 and at most 24h")
	}
	ring, err := config.Keyring(keys)
	if err != nil {
		return err
	}
	token, err := seal.AppendToken(nil, ring, c.Source, c.Key, time.Now().Add(c.TTL).Unix(), c.attributes())
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, string(token))
	return nil
}

// attributes are the flags' attributes by name. A list is one attribute that
// comes more than once: --attribute segments=a,b.
func (c *identityCommand) attributes() []seal.Attribute {
	var out []seal.Attribute
	for _, name := range sortedKeys(c.Attribute) {
		for _, value := range strings.Split(c.Attribute[name], ",") {
			out = append(out, seal.Attribute{Name: name, Value: value})
		}
	}
	return out
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
