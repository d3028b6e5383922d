package main

import (
	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/host/store"
)

type visitorArgument struct {
	ID string `arg:"" help:"The visitor's id: the 32 hex digits that are the \"visitor\" of an answer or of an export." placeholder:"ID"`
}

func (a *visitorArgument) subject() (who store.Subject, err error) {
	who.Visitor, err = service.ParseVisitor(a.ID)
	return who, err
}

type personArgument struct {
	Key    string `arg:"" help:"The person's key, a customer's number for example." placeholder:"KEY"`
	Source string `required:"" help:"People source, as the catalog names it." placeholder:"NAME"`
}

func (a *personArgument) subject() store.Subject { return store.Subject{Source: a.Source, Key: a.Key} }

type visitorExportCommand struct {
	visitorArgument
	subjectOptions
}

// Help says what is printed.
func (*visitorExportCommand) Help() string {
	return `Everything that is kept of the visitor on this machine is printed as one line of JSON:
the data of its folders, what it was shown and what came of that, the person that it is
linked to, the people for whom a people source lists it, and the recorded requests. In
files of events, and where they were sent to, it is called by its "alias".
` + where
}

// Run prints what is kept of a visitor.
func (c *visitorExportCommand) Run(s streams) error {
	who, err := c.subject()
	if err != nil {
		return err
	}
	return c.export(who, s.out)
}

type visitorEraseCommand struct {
	visitorArgument
	subjectOptions
}

// Help says what goes, and what stays.
func (*visitorEraseCommand) Help() string {
	return `Everything that is kept of the visitor on this machine is removed, and overwritten in the
store's files: its data, what it was shown, its link to a person, its place in the
lists of people sources, and the recorded requests that name it. A browser that still
has its cookie is a stranger from then on, and gets a new id. The person stays: see
"proffer people erase".

In files of events the visitor has only been called by an alias; what led from that to
the visitor is gone. Whoever gets events is told by one that the alias was erased.

It is an error (exit status 1) if nothing was held, so that a wrong id is noticed; the
cookie of that id is a stranger's all the same. After another error ask again.
` + where
}

// Run erases a visitor.
func (c *visitorEraseCommand) Run(s streams) error {
	who, err := c.subject()
	if err != nil {
		return err
	}
	return c.erase(who, s.out)
}

type peopleExportCommand struct {
	personArgument
	subjectOptions
}

// Help says what is printed.
func (*peopleExportCommand) Help() string {
	return `Everything that is kept of the person on this machine is printed as lines of JSON. The
first is the person's: attributes and cookies of the people source, what the person was
shown and what came of that, the linked visitors, and the recorded requests that name
the person. After it there is one for each of the visitors, as "proffer visitor export"
prints it. "proffer people show" prints only what was imported.
` + where
}

// Run prints what is kept of a person.
func (c *peopleExportCommand) Run(s streams) error { return c.export(c.subject(), s.out) }

type peopleEraseCommand struct {
	personArgument
	subjectOptions
}

// Help says what goes, and what brings it back.
func (*peopleEraseCommand) Help() string {
	return `Everything that is kept of the person on this machine is removed, and overwritten in the
store's files: the person in the people source, what the person was shown, the linked
visitors with all that is kept of them, and the recorded requests that name one of them.
Their browsers are strangers' from then on.

The next import brings the person back if its file still has the person, and so does a
site that goes on to log the person in: leave the person out there first.

It is an error (exit status 1) if nothing was held, so that a wrong key is noticed.
After another error ask again.
` + where
}

// Run erases a person.
func (c *peopleEraseCommand) Run(s streams) error { return c.erase(c.subject(), s.out) }
