// Package inplace is what the commands that rewrite built modules have in common:
// files are changed where they are, each in one step.
//
// Where to look next: build/jump/command and build/start, which use it.
package inplace
