package document_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/document"
)

func TestTarget(t *testing.T) {
	for text, want := range map[string]struct{ source, key, refused string }{
		`"1001"`:                           {key: "1001"},
		`{"key":"1001"}`:                   {key: "1001"},
		`{"source":"club","key":"1001"}`:   {source: "club", key: "1001"},
		`{"source":"club"}`:                {refused: "target.key is missing"},
		`{}`:                               {refused: "target.key is missing"},
		`{"source":1,"key":"1001"}`:        {refused: "target.source must be a string"},
		`{"source":"club","key":1001}`:     {refused: "target.key must be a string"},
		`{"sources":"club","key":"1001"}`:  {refused: `target has an unknown field "sources"`},
		`1001`:                             {refused: "target must be a string, or an object of source and key"},
		`null`:                             {refused: "target must be a string, or an object of source and key"},
		`[{"source":"club","key":"1001"}]`: {refused: "target must be a string, or an object of source and key"},
		`{"key":"1001","key":"1002"}`:      {refused: `target has the field "key" twice`},
	} {
		d, err := document.Parse([]byte(`{"slots":[{"space":"hero"}],"target":` + text + `}`))
		switch {
		case want.refused != "":
			if err == nil || !strings.Contains(err.Error(), want.refused) {
				t.Errorf("%s: error %v, want %q", text, err, want.refused)
			}
		case err != nil || string(d.Target.Source) != want.source || string(d.Target.Key) != want.key:
			t.Errorf("%s: %+v, %v", text, d.Target, err)
		}
	}
}
