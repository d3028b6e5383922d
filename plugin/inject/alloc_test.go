package inject_test

import (
	"testing"

	"github.com/profferhq/proffer/plugin/inject"
)

// A page allocates nothing once the buffers have grown.
func TestNoAllocations(t *testing.T) {
	fills := fill("<b>NEW</b>", "hero", "hero_2", "side")
	body := shopPage(64<<10, "hero", "hero_2", "side")
	dst := make([]byte, 0, 2*len(body))
	var in inject.Injector
	var slots [64]inject.Slot
	var places [64]inject.Place
	for name, run := range map[string]func(){
		"Write by 100 bytes": func() { dst = stream(&in, fills, dst[:0], body, 100) },
		"Write by 4 KiB":     func() { dst = stream(&in, fills, dst[:0], body, 4<<10) },
		"Rewrite":            func() { in.Reset(fills); dst = in.Rewrite(dst[:0], body) },
		"Scan":               func() { inject.Scan(slots[:0], body) },
		"Splice": func() {
			in.Reset(fills)
			dst = in.Splice(dst[:0], body, inject.Find(places[:0], body))
		},
	} {
		run()
		if n := testing.AllocsPerRun(20, run); n != 0 {
			t.Errorf("%s: %v allocations for each page", name, n)
		}
	}
}
