// Command proffer serves, checks and tries offer catalogs.
//
// Exit status: 0 for success, 1 for refused input and for failures while
// running, 2 for a wrong command line.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/profferhq/proffer/host/live"
)

// commands is the command line. Each command documents itself in its help.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve an origin with offers in its pages."`
	Decide  decideCommand  `cmd:"" help:"Answer request documents, one JSON line each."`
	Records recordsCommand `cmd:"" help:"List the requests that were recorded."`
	Catalog struct {
		Init  initCommand  `cmd:"" help:"Write a small catalog to start from."`
		Check checkCommand `cmd:"" help:"Check a catalog and print every problem."`
		Build buildCommand `cmd:"" help:"Compile a catalog into a snapshot."`

		Inspect inspectCommand `cmd:"" help:"Show what a snapshot holds."`
		Diff    diffCommand    `cmd:"" help:"Say what differs between two catalogs."`
		Fmt     formatCommand  `cmd:"" help:"Put the files of a catalog into one layout."`
		Schema  schemaCommand  `cmd:"" help:"Print the JSON Schema of catalog files, for editors."`
	} `cmd:"" help:"Write, check and compile catalogs."`
	Events struct {
		Tail   tailCommand   `cmd:"" help:"Print the last events, and those that come."`
		Export exportCommand `cmd:"" help:"Print the events of some days."`
		Import importCommand `cmd:"" help:"Take the events out of a log of another edge."`
		Report reportCommand `cmd:"" help:"Count what was shown, seen, clicked, accepted and rejected."`
	} `cmd:"" help:"Read what was shown and what came of it."`
	People struct {
		Import peopleImportCommand `cmd:"" help:"Replace the people of a source by those of a file."`
		Show   peopleShowCommand   `cmd:"" help:"Print what is known of a person."`
		Export peopleExportCommand `cmd:"" help:"Print everything that is kept of a person."`
		Erase  peopleEraseCommand  `cmd:"" help:"Remove everything that is kept of a person."`
	} `cmd:"" help:"Bring known people into a store, and take them out of it."`
	Visitor struct {
		Export visitorExportCommand `cmd:"" help:"Print everything that is kept of a visitor."`
		Erase  visitorEraseCommand  `cmd:"" help:"Remove everything that is kept of a visitor."`
	} `cmd:"" help:"Say what is kept of a visitor, or remove it."`
	Keys struct {
		New    newKeysCommand `cmd:"" help:"Print a keys file with new random keys."`
		Rotate struct {
			Prepare prepareCommand `cmd:"" help:"Add a key that does not sign yet. First of three steps."`
			Promote promoteCommand `cmd:"" help:"Let the prepared key sign, once every process knows it."`
			Retire  retireCommand  `cmd:"" help:"Drop a key that no longer signs."`
		} `cmd:"" help:"Change keys without losing a visitor, in three steps."`
	} `cmd:"" help:"Make and change signing keys."`
	Token struct {
		Identity identityCommand `cmd:"" help:"Print an identity token, as an origin's login sets it."`
		Peer     peerCommand     `cmd:"" help:"Print a peer token, as a program sends it to the admin listener."`
	} `cmd:"" help:"Make signed tokens."`
}

// streams are the standard streams, so that tests have their own.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	os.Exit(run(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// Exit statuses.
const (
	exitRefused = 1
	exitUsage   = 2
)

func run(args []string, s streams) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("proffer"),
		kong.Description("Offers for the visitors of a web site, decided at the edge."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(status int) { exited = status }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(s),
	)
	if err != nil {
		panic(err) // the structs above are wrong
	}
	k, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintf(s.err, "proffer: %v\n", err)
		return exitUsage
	}
	if err := k.Run(); err != nil {
		if !errors.Is(err, errTold) && !errors.Is(err, live.ErrTold) {
			fmt.Fprintf(s.err, "proffer: %v\n", err)
		}
		return exitRefused
	}
	return 0
}

// errTold is a failure that has been printed already.
var errTold = errors.New("told")
