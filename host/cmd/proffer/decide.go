package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

type decideCommand struct {
	Catalog     string `help:"Catalog directory, catalog file or snapshot. Default with --record: the snapshot that decided." placeholder:"DIR|FILE"`
	Request     string `help:"Request document, or one a line; - is standard input." placeholder:"FILE|-"`
	Record      string `help:"Directory of \"serve --record\", with --interaction in place of --request." placeholder:"DIR"`
	Interaction string `help:"The recorded interaction to decide again; \"proffer records DIR\" lists them." placeholder:"ID"`
	Keys        string `help:"Keys file. Default: the published test key." placeholder:"FILE"`
	Config      string `help:"Configuration file, for header names." placeholder:"FILE"`

	Explain bool     `help:"Add the reasons to each answer, as \"trace\"."`
	Tree    bool     `help:"Print the reasons for people to read, and not the answers."`
	Offers  []string `name:"offer" sep:"none" help:"An offer whose reason is told, wherever it is. May be repeated; with --explain or --tree." placeholder:"CODE"`
	engineOptions
}

// decideWait is how long a document may take: nobody waits for a page, and the
// machine may be busy.
const decideWait = time.Minute

// Validate refuses command lines that do not say what to decide, and from what.
func (c *decideCommand) Validate() error {
	switch {
	case (c.Record == "") != (c.Interaction == ""):
		return errors.New("--record and --interaction go together")
	case (c.Request == "") == (c.Record == ""):
		return errors.New("give one of --request and --record")
	case c.Catalog == "" && c.Record == "":
		return errors.New("missing flag --catalog")
	}
	return c.checkReasons()
}

// Help describes the request document.
func (*decideCommand) Help() string {
	return `A request document is one JSON object. Only "slots" is required:

  slots       what is asked: [{"space":"hero","n":2,"environment":"visitors",
              "categories":[],"themes":[],"attributes":{}}], n is the n-th best;
              "held":"yes|no|unknown" says whether the page has a place for it
  mode        "listed": the slots are those that the catalog lists for the page,
              and "slots" those that the page has; absent if nobody looked
  host, path, query, headers    the page, as a browser asks for it
  secure      true: the browser has TLS, so that the cookie is __Host-proffer
  peer        false: person, country and device headers are not believed
  cookies     {"proffer":"…"} to come back as the visitor of an earlier answer,
              {"proffer_identity":"…"} to log in (see "proffer token identity")
  target      a person's key, as from a trusted caller, or with its people source:
              {"source":"main","key":"1001"}
  people      {"KEY":{"attributes":{}}}: what the people sources know
  visitor     {"id":"32 hex digits","attributes":{},"history":[]}, in place of what
              the cookies, or a store, hold of the visitor
  history     of visitors and people, the newest first: [{"offer":"beach","status":
              "presented","time":"2026-07-09T12:00:00Z","channel":"web","space":"hero"}]
  store       what the store of "proffer serve --store" had, in place of visitor and
              people: {"visitors":[{"folder":"visitors","known":true,"attributes":{},
              "history":[]}],"persons":[{"source":"main","key":"1001","attributes":{},
              "history":[]}],"linked":[],"erased":false}. A folder of which it knows
              no such visitor has "known":false; one that is left out is one for which
              it did not answer; with {} nobody was looked up. Its histories
              say more: "id", "environment", "first" (when it was shown, where "time"
              is when it reached its status), and the status "withdrawn"
  attributes  declared call data, and "language"
  consent     false: the visitor refused; true, or nothing: the visitor agreed;
              "ask": the catalog's source says, from the headers and cookies
              here. In each case a header "Sec-GPC": "1" is a refusal, unless
              the catalog ignores it, and a crawler's "User-Agent" is one
  no_store    true writes nothing; a header "Sec-Purpose": "prefetch" neither
  links       true: the answer has the addresses that record a click, that an
              offer was seen, accepted or rejected. events: true, its event lines
  paused      [{"environment":"visitors","kind":"offer","name":"beach"}], kind is
              offer or space: what would be decided with that paused
  want        what the answer holds: the sum of plugin/ABI.md, section 4
  time, seed  when, and what decides between equal weights; with both given the
              answer is always the same. entropy: what ids are made of
  recorded    what "serve --record" adds

With "event" in place of "slots" it is a request to one of the module's own
endpoints: {"method":"POST","path":"/.proffer/event","query":"accept=…","body":""}.

With --explain or --tree every slot says how it came to the space that answers
it, and every offer in scope which constraint removed it first: which rule with
which counts, which expression with which values. They list the 200 heaviest
offers in scope; --offer tells of others. Names in the request that the catalog
does not have are told, too. Asking does not change the answer.

Without "environment" a slot enters the one that the host's site names. A slot
whose answer has no environment is unknown: a space of that name is not there.

Example: echo '{"slots":[{"space":"hero"},{"space":"side","n":2}],
"attributes":{"language":"fr"}}' | proffer decide --catalog DIR --request -

What "serve --record" has recorded is decided again with the settings and pauses
of then; the keys file must still have the keys of then. On the snapshot that
decided, the module's response is compared with the recorded one byte for byte;
one that differs exits with 1. On another catalog it shows what that would do.

Example: proffer decide --record DIR --interaction ID --keys keys.json`
}

// Run answers the documents.
func (c *decideCommand) Run(s streams) error {
	ctx := context.Background()
	in, catalog, err := c.input(s)
	if err != nil {
		return err
	}
	snapshot, err := loadCatalog(catalog, s.err)
	if err != nil {
		return err
	}
	module, ring, err := c.settings()
	if err != nil {
		return err
	}
	settings := abi.AppendConfig(nil, module)
	c.instances, c.wait = 1, decideWait // one document at a time
	e, err := openEngine(ctx, &c.engineOptions, settings, snapshot)
	if err != nil {
		return err
	}
	defer func() { _ = e.Close(ctx) }()
	d := &decider{command: c, engine: e, module: module, ring: ring, settings: settings, notes: s.err}
	return d.all(ctx, in, s.out)
}

// input is the text of the documents, and the catalog to decide them from.
func (c *decideCommand) input(s streams) (text []byte, catalog string, err error) {
	switch {
	case c.Record != "":
		found, err := record.Find(c.Record, c.Interaction)
		if err != nil {
			return nil, "", err
		}
		if c.Catalog != "" {
			return found.Document, c.Catalog, nil
		}
		return found.Document, found.SnapshotFile, nil
	case c.Request == "-":
		text, err = io.ReadAll(s.in)
	default:
		text, err = os.ReadFile(c.Request)
	}
	return text, c.Catalog, err
}

func (c *decideCommand) settings() (*abi.Config, *seal.Keyring, error) {
	keys, file := config.TestKeys(), config.Default()
	var err error
	if c.Keys != "" {
		if keys, err = config.LoadKeys(c.Keys); err != nil {
			return nil, nil, err
		}
	}
	if c.Config != "" {
		if file, err = config.Load(c.Config); err != nil {
			return nil, nil, err
		}
	}
	ring, err := config.Keyring(keys)
	return file.Module(keys), ring, err
}

// decider answers documents.
type decider struct {
	command  *decideCommand
	engine   service.Engine
	module   *abi.Config // what the caller has configured
	ring     *seal.Keyring
	settings []byte // what the engine has been configured with last
	notes    io.Writer
}

// all answers every document of in with one line of out. One document may span
// lines; several stand one a line.
func (d *decider) all(ctx context.Context, in []byte, out io.Writer) error {
	w := bufio.NewWriter(out)
	for i, text := range documents(in) {
		line, err := d.one(ctx, i+1, text)
		if len(line) > 0 {
			_, _ = w.Write(append(line, '\n')) // Flush tells
		}
		if err != nil {
			return errors.Join(fmt.Errorf("document %d: %w", i+1, err), w.Flush())
		}
	}
	return w.Flush()
}

// documents splits the input: one document, or, if that is not one, JSON Lines.
func documents(b []byte) [][]byte {
	if _, err := document.Parse(b); err == nil {
		return [][]byte{b}
	}
	var out [][]byte
	for _, line := range bytes.Split(b, []byte("\n")) {
		if len(bytes.TrimSpace(line)) > 0 {
			out = append(out, line)
		}
	}
	if len(out) > 1 && !document.IsJSON(out[0]) {
		return [][]byte{b} // one broken document over several lines
	}
	return out
}

// one answers the document of a number. With an error there may be an answer:
// one that is not what was recorded.
func (d *decider) one(ctx context.Context, number int, text []byte) ([]byte, error) {
	doc, err := document.Parse(text)
	if err != nil {
		return nil, err
	}
	if !doc.HasTime {
		doc.Time = time.Now().UnixMilli()
	}
	if !doc.HasSeed {
		doc.Seed = rand.Uint64()
	}
	if err := d.configure(ctx, doc); err != nil {
		return nil, err
	}
	if c := d.command; c.Explain || c.Tree {
		return explainOne(ctx, d.engine, d.ring, doc, c.Offers, c.Tree)
	}
	session, err := d.engine.Acquire()
	if err != nil {
		return nil, err
	}
	defer session.Release()
	handle := func(r *abi.Request) ([]byte, error) {
		r.Snapshot = session.Snapshot().Hash[:]
		return session.Handle(ctx, nil, abi.AppendRequest(nil, r))
	}
	if doc.Event != nil {
		_, reply, err := doc.Reply(handle)
		if err != nil {
			return nil, err
		}
		return document.ReplyJSON(reply)
	}
	response, answer, err := doc.Decide(d.ring, handle)
	if err != nil {
		return nil, err
	}
	line, err := document.JSON(answer)
	if err == nil && doc.Recorded != nil {
		err = d.compare(number, doc.Recorded, answer.Snapshot, response)
	}
	return line, err
}

// configure gives the engine the settings of a document.
func (d *decider) configure(ctx context.Context, doc *document.Document) error {
	module, err := doc.Config(d.module)
	if err != nil {
		return err
	}
	settings := abi.AppendConfig(nil, module)
	if bytes.Equal(settings, d.settings) {
		return nil
	}
	if err := d.engine.Reconfigure(ctx, settings); err != nil {
		return err
	}
	d.settings = settings
	return nil
}

// compare holds a response to the recorded one, if the snapshot is the same.
func (d *decider) compare(number int, rec *document.Recorded, snapshot, response []byte) error {
	if !bytes.Equal(snapshot, rec.Snapshot) {
		fmt.Fprintf(d.notes, "document %d: decided from snapshot %.6x, not compared with the answer recorded from %.6x\n", number, snapshot, rec.Snapshot)
		return nil
	}
	if sum := sha256.Sum256(response); !bytes.Equal(sum[:], rec.Response) {
		return fmt.Errorf("the response differs from the recorded one: SHA-256 %.6x…, recorded %.6x…", sum, rec.Response)
	}
	return nil
}
