// Package config reads what an operator owns: the keys file and the
// configuration file of "proffer serve", both JSON and both strict.
//
// What a marketer owns, the catalog, is read by catalog/author.
//
// Where to look next: keys.go and file.go for the formats; "proffer serve --help"
// says what each key means.
package config
