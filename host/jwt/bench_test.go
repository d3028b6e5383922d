package jwt_test

import (
	"testing"

	"github.com/profferhq/proffer/host/jwt"
)

// BenchmarkVerify is a token that is known, one that is not, and one that is
// forged.
func BenchmarkVerify(b *testing.B) {
	for _, a := range algorithms {
		v, token := verifier(b, a), good(a)
		b.Run(a+"/known", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v.Verify(token)
			}
		})
		expired := sign(a, `{"alg":"`+a+`","typ":"JWT"}`, `{"sub":"1002","exp":1783681200}`)
		b.Run(a+"/new", func(b *testing.B) { // an expired one is verified whole, and not remembered
			b.ReportAllocs()
			for b.Loop() {
				if _, r := v.Verify(expired); r != jwt.Expired {
					b.Fatal(r)
				}
			}
		})
		forged := token[:len(token)-20] + "AAAAAAAAAAAAAAAAAAAA"
		b.Run(a+"/forged", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v.Verify(forged)
			}
		})
	}
}
