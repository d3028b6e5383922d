package expr_test

import (
	"math"
	"testing"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/expr"
)

func TestAppendText(t *testing.T) {
	tests := []struct {
		v    expr.Value
		want string
		ok   bool
	}{
		{expr.FromString([]byte("a\xffé")), "a\xffé", true},
		{expr.FromInt(math.MinInt64), "-9223372036854775808", true},
		{expr.Value{Kind: expr.Uint, Bits: math.MaxUint64}, "18446744073709551615", true},
		{expr.FromDouble(2.5), "2.5", true},
		{expr.FromDouble(100), "100", true},
		{expr.FromDouble(1e21), "1e+21", true},
		{expr.FromDouble(math.Copysign(0, -1)), "-0", true},
		{expr.FromDouble(math.NaN()), "NaN", true},
		{expr.FromDouble(math.Inf(-1)), "-Inf", true},
		{expr.FromBool(true), "true", true},
		{expr.FromBool(false), "false", true},
		{expr.FromList([]byte{0x90}), "", false},
		{expr.Value{Kind: expr.Error}, "", false},
		{expr.Value{}, "", false},
	}
	for _, test := range tests {
		got, ok := expr.AppendText([]byte("<"), test.v)
		if string(got) != "<"+test.want || ok != test.ok {
			t.Errorf("%v: %q, %v", test.v, got, ok)
		}
	}
}

func TestTextIsThatOfCEL(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		bits := rapid.Uint64().Draw(r, "bits")
		text := rapid.String().Draw(r, "text")
		for _, pair := range []struct {
			v    expr.Value
			want ref.Val
		}{
			{expr.FromDouble(math.Float64frombits(bits)), types.Double(math.Float64frombits(bits))},
			{expr.FromDouble(float64(int64(bits) >> 40)), types.Double(float64(int64(bits) >> 40))},
			{expr.FromInt(int64(bits)), types.Int(bits)},
			{expr.Value{Kind: expr.Uint, Bits: bits}, types.Uint(bits)},
			{expr.FromBool(bits&1 == 1), types.Bool(bits&1 == 1)},
			{expr.FromString([]byte(text)), types.String(text)},
		} {
			got, _ := expr.AppendText(nil, pair.v)
			if want := pair.want.ConvertToType(types.StringType); want != types.String(got) {
				r.Fatalf("%v: %q, cel-go gives %v", pair.v, got, want)
			}
		}
	})
}
