package compile

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
)

// encodeValue is a constant as msgpack.
func encodeValue(v *catalog.Value) []byte {
	switch v.Type {
	case catalog.TypeBool:
		return wire.AppendBool(nil, v.Bool)
	case catalog.TypeInt:
		return wire.AppendInt(nil, v.Int)
	case catalog.TypeDouble:
		return wire.AppendFloat(nil, v.Double)
	case catalog.TypeString:
		return wire.AppendStr(nil, v.String)
	case catalog.TypeStringList:
		return encodeStrings(v.Strings)
	case catalog.TypeIntList:
		b := wire.AppendArray(nil, len(v.Ints))
		for _, n := range v.Ints {
			b = wire.AppendInt(b, n)
		}
		return b
	case catalog.TypeDoubleList:
		b := wire.AppendArray(nil, len(v.Doubles))
		for _, n := range v.Doubles {
			b = wire.AppendFloat(b, n)
		}
		return b
	}
	return wire.AppendNil(nil)
}

// goValue is a constant as the rule language takes it.
func goValue(v *catalog.Value) any {
	switch v.Type {
	case catalog.TypeBool:
		return v.Bool
	case catalog.TypeInt:
		return v.Int
	case catalog.TypeDouble:
		return v.Double
	case catalog.TypeString:
		return v.String
	case catalog.TypeStringList:
		return v.Strings
	case catalog.TypeIntList:
		return v.Ints
	case catalog.TypeDoubleList:
		return v.Doubles
	}
	return nil
}

func encodeStrings(list []string) []byte {
	b := wire.AppendArray(nil, len(list))
	for _, s := range list {
		b = wire.AppendStr(b, s)
	}
	return b
}
