package inject_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/profferhq/proffer/plugin/inject"
)

// answerOf is an answer of a shop in JSON, of about so many bytes.
func answerOf(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"blocks":[{"offer":null},{"offer":null}],"products":[`)
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `{"id":%d,"sku":"TR-%05d","name":"Week at the beach no. %d","price":%d.50,"stock":null,"tags":["summer","sea"],`+
			`"image":{"src":"\/i\/%d.jpg","alt":"Der Strand am fr\u00fchen Abend, von den D\u00fcnen aus gesehen"},"sold":%v},`, i, i, i, 100+i%900, i, i%3 == 0)
	}
	b.WriteString(`null]}`)
	return b.Bytes()
}

func BenchmarkJSON(b *testing.B) {
	paths := pathsOf("blocks.0.offer blocks.1.offer")
	values := [][]byte{[]byte(`{"title":"Beach"}`), []byte(`{"title":"Canada"}`)}
	for _, size := range []int{2 << 10, 100 << 10, 1000 << 10} {
		body := answerOf(size)
		var j inject.JSON
		dst := make([]byte, 0, len(body)+4096)
		for name, run := range map[string]func(){
			"splice": func() { j.Find(body, paths); dst = j.Splice(dst[:0], body, values) },
			"valid":  func() { json.Valid(body) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, size>>10), func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					run()
				}
			})
		}
	}
}
