package build_test

import (
	"go/ast"
	"strings"
	"testing"
)

// TestDocumentation holds that a reader finds in each package what it does and
// where to go on: in doc.go for a package, above the package clause for a
// command.
func TestDocumentation(t *testing.T) {
	docs, commands, files := map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		files[s.dir()] = true
		main := s.file.Name.Name == "main"
		commands[s.dir()] = main
		if main || s.name() == "doc.go" {
			docs[s.dir()] += comment(s.file)
		}
	}
	for dir := range files {
		name := dir[strings.LastIndexByte(dir, '/')+1:]
		switch doc := docs[dir]; {
		case commands[dir] && !strings.HasPrefix(doc, "Command "+name+" "):
			t.Errorf("%s: no file has a comment above its package clause that begins with \"Command %s\"", dir, name)
		case commands[dir]:
		case !strings.HasPrefix(doc, "Package "):
			t.Errorf("%s: doc.go, with what the package does, is missing", dir)
		case !strings.Contains(doc, "\nWhere to look next: "):
			t.Errorf("%s: doc.go does not say \"Where to look next: …\"", dir)
		}
	}
}

func comment(f *ast.File) string {
	if f.Doc == nil {
		return ""
	}
	return f.Doc.Text()
}
