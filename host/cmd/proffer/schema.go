package main

import "github.com/profferhq/proffer/catalog/author"

type schemaCommand struct{}

func (*schemaCommand) Help() string {
	return `Editors with a YAML language server complete and check keys by it. Write it into a file whose name
begins with a dot, so that it does not count as a part of the catalog, and name it in the first line
of each file:

  proffer catalog schema > catalog/.schema.json

  # yaml-language-server: $schema=.schema.json

It is a schema of draft-07, and knows keys, types and words. Whether names and expressions mean
something, "proffer catalog check" says.`
}

func (*schemaCommand) Run(s streams) error {
	_, err := s.out.Write(author.Schema())
	return err
}
