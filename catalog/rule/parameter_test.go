package rule_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// TestParametersAreTheCatalogs: environments that share a list read a parameter
// by one reference, and one by two ways of writing it.
func TestParametersAreTheCatalogs(t *testing.T) {
	shared := &rule.Parameters{}
	var codes [][]byte
	for _, src := range []string{`request.query.b == "1" || request.header.a == "1"`, `request.header["a"] == "1" || request.query["b"] == "1"`} {
		env, err := rule.NewEnv(rule.Schema{Parameters: shared})
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{src, `request.query["b"] == "1" || request.header["a"] == "1"`} {
			p, issues := env.Compile(other, rule.Bool, rule.RoleContent)
			if issues != nil {
				t.Fatal(issues)
			}
			codes = append(codes, p.Code)
		}
	}
	if !bytes.Equal(codes[0], codes[1]) || !bytes.Equal(codes[0], codes[3]) || bytes.Equal(codes[0], codes[2]) {
		t.Errorf("codes %x", codes)
	}
	want := []rule.Parameter{{Kind: snapshot.ParameterQuery, Name: "b"}, {Kind: snapshot.ParameterHeader, Name: "a"}}
	if got := shared.All(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParametersHaveABound(t *testing.T) {
	env := newEnv(t)
	for i := range snapshot.MaxParameters + 2 {
		_, issues := env.Compile(fmt.Sprintf(`"p%d" in request.query`, i), rule.Bool, rule.RoleContent)
		if want := i >= snapshot.MaxParameters; (issues != nil) != want {
			t.Fatalf("parameter %d: %v", i, issues)
		}
		if issues != nil && issues[0].String() != "1:1: the catalog's expressions read more than 64 query parameters and headers" {
			t.Error(issues)
		}
	}
	if _, issues := env.Compile(`request.query.p3 == "x"`, rule.Bool, rule.RoleContent); issues != nil {
		t.Errorf("one that is known: %v", issues)
	}
}

// TestParametersAreFacts: remarks about filters know them.
func TestParametersAreFacts(t *testing.T) {
	env := newEnv(t)
	p, issues := env.CompileFilter([]rule.Condition{{Expr: `request.query.a == "x"`}, {Expr: `request.query["a"] == "y"`}}, rule.RoleOffer)
	if issues != nil {
		t.Fatal(issues)
	}
	c, found := env.Conflict(nil, p.Facts())
	if !found || c.Name != `request.query["a"]` {
		t.Errorf("got %v, %v", c, found)
	}
}
