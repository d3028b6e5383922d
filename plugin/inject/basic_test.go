package inject_test

import (
	"github.com/profferhq/proffer/plugin/inject"
	"testing"
)

func TestBasic(t *testing.T) {
	for _, body := range []string{
		`<div data-offer-space="hero">x</div>y`,
		`<div data-offer-space="hero">x<div>q<p>z</div></div>y`,
		`<svg><title><b></b></title><path/></svg><!-- offer:hero --><p>x<!-- /offer -->y`,
		`<svg><style><div id=i_hero>x</div></style></svg><div id=i_hero>x</div>`,
	} {
		var in inject.Injector
		in.Reset([]inject.Fill{{Slot: inject.Slot{Space: []byte("hero"), N: 1}, HTML: []byte("HTML")}})
		out := in.Rewrite(nil, []byte(body))
		t.Logf("%s %v", out, in.Filled(0))
		in.Reset([]inject.Fill{{Slot: inject.Slot{Space: []byte("hero"), N: 1}, HTML: []byte("HTML")}})
		out = out[:0]
		for i := range body {
			out = in.Write(out, []byte(body[i:i+1]))
		}
		out = in.Close(out)
		t.Logf("%s %v", out, in.Filled(0))
		var s [4]inject.Slot
		t.Log(inject.Scan(s[:], []byte(body)))
	}
}
