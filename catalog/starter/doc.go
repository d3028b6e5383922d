// Package starter makes the first catalog of somebody who has none: people
// whom the site knows, visitors whom it does not, a space and an offer for
// each, and comments that say what to change.
//
// It compiles without a warning, shows an offer as it is, and is laid out as
// author.Format lays out. The files come with the JSON Schema by which editors
// complete and check keys.
//
// Where to look next: files for the text, FORMAT.md for the whole format.
package starter
