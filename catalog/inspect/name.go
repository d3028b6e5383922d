package inspect

import (
	"slices"
	"strconv"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// builtin are the names under RootBuiltin.
var builtin = [snapshot.NumBuiltins]string{
	snapshot.BuiltinMode: "interaction.mode", snapshot.BuiltinSpace: "interaction.space",
	snapshot.BuiltinChannel: "interaction.channel", snapshot.BuiltinLanguage: "interaction.language",
	snapshot.BuiltinEnvironment: "interaction.environment", snapshot.BuiltinNewVisit: "interaction.new_visit",
	snapshot.BuiltinHost: "request.host", snapshot.BuiltinPath: "request.path",
	snapshot.BuiltinCountry: "request.country", snapshot.BuiltinDevice: "request.device",
	snapshot.BuiltinCode: "offer.code", snapshot.BuiltinCategory: "offer.category",
	snapshot.BuiltinCategories: "offer.categories", snapshot.BuiltinThemes: "offer.themes",
	snapshot.BuiltinPropositionCode: "proposition.code", snapshot.BuiltinPropositionCategory: "proposition.category",
	snapshot.BuiltinPropositionChannel: "proposition.channel", snapshot.BuiltinPropositionStatus: "proposition.status",
	snapshot.BuiltinPropositionSpace: "proposition.space", snapshot.BuiltinPropositionAge: "proposition.age",
	snapshot.BuiltinTime: "interaction.time",
}

// name is what a ref of a program names in the environment.
func (r *reading) name(ref int) string {
	if !slices.Contains(r.refs, uint16(ref)) {
		r.refs = append(r.refs, uint16(ref))
	}
	index := ref & snapshot.MaxRefIndex
	switch snapshot.Root(ref >> 14) {
	case snapshot.RootTarget:
		return r.attribute("target.", r.env.Target(), index)
	case snapshot.RootInteraction:
		return r.attribute("interaction.", r.env.Attributes(), index)
	case snapshot.RootOffer:
		return r.attribute("offer.", r.env.OfferAttributes(), index)
	}
	if index < len(builtin) && builtin[index] != "" {
		return builtin[index]
	}
	if i := index - snapshot.BuiltinArm; i >= 0 && uint32(i) < r.view.Count(snapshot.SecExperiments) {
		return "experiment." + string(r.view.Name(r.view.Experiment(uint32(i)).Name()))
	}
	if table, key, ok := r.parameter(index); ok {
		return table + "[" + key + "]"
	}
	r.bad = true
	return "builtin " + strconv.Itoa(index)
}

// parameter is the query parameter or header of an index, its name in quotes.
func (r *reading) parameter(index int) (table, key string, ok bool) {
	i := index - snapshot.BuiltinParameter
	if i < 0 || uint32(i) >= r.view.Count(snapshot.SecParameters) {
		return "", "", false
	}
	p := r.view.Parameter(uint32(i))
	table = "request.query"
	if p.Kind() == snapshot.ParameterHeader {
		table = "request.header"
	}
	return table, strconv.Quote(string(r.view.Name(p.Name()))), true
}

func (r *reading) attribute(group string, list snapshot.Range, index int) string {
	if uint32(index) >= list.Count {
		r.bad = true
		return group
	}
	return group + string(r.view.Name(r.view.Attribute(list.Start+uint32(index)).Name()))
}
