package starter

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
)

// identified is the environment of people whom the site knows.
const identified = "customers"

// schemaFile is hidden, so that it is no part of the catalog.
const schemaFile = ".schema.json"

//go:embed files
var files embed.FS

// Files are the files of a catalog of a name, with an anonymous environment
// of another: catalog.yaml, customers.yaml, one named like that environment,
// and the schema.
func Files(name, anonymous string) ([]catalog.File, error) {
	if problem := author.NameProblem(anonymous); problem != "" {
		return nil, fmt.Errorf("starter: %q cannot name an environment: %s", anonymous, problem)
	}
	if strings.EqualFold(anonymous, identified) || strings.EqualFold(anonymous, "catalog") {
		return nil, fmt.Errorf("starter: %q cannot name the anonymous environment: there is a file %s.yaml already", anonymous, strings.ToLower(anonymous))
	}
	if author.NameProblem(name) != "" {
		name = "shop"
	}
	names := strings.NewReplacer("@catalog@", name, "@anonymous@", anonymous)
	out := []catalog.File{{Name: schemaFile, Text: author.Schema()}}
	for _, file := range []string{"catalog", identified, "anonymous"} {
		text, err := files.ReadFile("files/" + file + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("starter: %w", err)
		}
		if file == "anonymous" {
			file = anonymous
		}
		out = append(out, catalog.File{Name: file + ".yaml", Text: []byte(names.Replace(string(text)))})
	}
	return out, nil
}

// Write puts the files into a directory, which it makes if there is none, and
// gives their paths. A directory with files of a catalog is left alone. The
// catalog is called like the directory, if that can be a name.
func Write(dir, anonymous string) ([]string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("starter: %w", err)
	}
	list, err := Files(filepath.Base(absolute), anonymous)
	if err != nil {
		return nil, err
	}
	switch have, err := author.Read(dir); {
	case err == nil && len(have) > 0:
		return nil, fmt.Errorf("starter: %s has a catalog already: %s", dir, have[0].Name)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("starter: %w", err)
	}
	var paths []string
	for _, f := range list {
		path := filepath.Join(dir, f.Name)
		if err := os.WriteFile(path, f.Text, 0o644); err != nil {
			return nil, fmt.Errorf("starter: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}
