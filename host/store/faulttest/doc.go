// Package faulttest does to a store what a machine does to it at its worst, and
// says whether anything is lost that was acknowledged.
//
// A Script has workers append, and a line says what was acknowledged; Check compares
// the lines with what is there afterwards. What is done in between is the tests' own:
// they kill the process, fill the disk, take the descriptors away; build/powercut cuts
// the power.
//
// Where to look next: step.go for what workers do, check.go for what must hold,
// kill_test.go for how a process is killed.
package faulttest
