package main

import (
	"fmt"
	"strings"

	"github.com/profferhq/proffer/catalog/starter"
)

type initCommand struct {
	Anonymous string `default:"visitors" help:"Name of the environment of visitors whom the site does not know." placeholder:"NAME"`
	Dir       string `arg:"" help:"Where the catalog goes. It is made if it is not there, and must hold no catalog." placeholder:"DIR"`
}

func (*initCommand) Help() string {
	return `Writes a small catalog to start from: people whom the site knows, visitors whom it does not, a space
for each and a few offers, with comments that explain them. It checks clean, and shows an offer as it is.`
}

func (c *initCommand) Run(s streams) error {
	paths, err := starter.Write(c.Dir, c.Anonymous)
	if err != nil {
		return err
	}
	for _, path := range paths {
		fmt.Fprintln(s.out, path)
	}
	fmt.Fprintf(s.out, nextSteps, shellWord(c.Dir))
	return nil
}

// shellWord quotes what a shell would take apart.
func shellWord(s string) string {
	if !strings.ContainsAny(s, " \t'\"\\$`;&|<>(){}[]*?#~!") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

const nextSteps = `
What to do next:

  See which offer a stranger gets:
    echo '{"slots":[{"space":"hero"}]}' | proffer decide --engine native --catalog %[1]s --request -

  Change the files, and let them be checked:
    proffer catalog check %[1]s

  Mark the place on your pages:
    <div data-offer-space="hero">what stands there if there is no offer</div>

  Serve your site with offers:
    (umask 077; proffer keys new > keys.json)
    proffer serve --origin http://localhost:3000 --catalog %[1]s --keys keys.json
`
