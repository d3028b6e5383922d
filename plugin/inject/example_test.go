package inject_test

import (
	"fmt"

	"github.com/profferhq/proffer/plugin/inject"
)

func Example() {
	hero, _ := inject.ParseSlot([]byte("hero"))
	fills := []inject.Fill{{Slot: hero, HTML: []byte("<b>Beach week</b>")}}

	var in inject.Injector
	in.Reset(fills)
	var out []byte
	for _, chunk := range []string{`<div data-offer-sp`, `ace="hero">Our cata`, `logue</di`, `v><p>More`} {
		out = in.Write(out, []byte(chunk))
	}
	out = in.Close(out)
	fmt.Println(string(out), in.Filled(0))
	// Output: <div data-offer-space="hero"><b>Beach week</b></div><p>More true
}

// A body that was read ahead is searched for its slots first, then spliced.
func ExampleFind() {
	body := []byte(`<div id="i_hero">Our catalogue</div><div id="i_hero_2">`)
	var places [64]inject.Place
	found := inject.Find(places[:], body)
	var fills []inject.Fill
	for _, p := range found {
		fmt.Printf("%s %d: %s\n", p.Space, p.N, body[p.From:p.To])
		fills = append(fills, inject.Fill{Slot: p.Slot, HTML: []byte("Beach week")})
	}
	var in inject.Injector
	in.Reset(fills)
	fmt.Printf("%s\n", in.Splice(nil, body, found))
	// Output:
	// hero 1: Our catalogue
	// <div id="i_hero">Beach week</div><div id="i_hero_2">
}
