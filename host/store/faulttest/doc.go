// Package faulttest does to a store what a machine does to it at its worst, and
// says whether anything is lost that was acknowledged.
//
// A Script has workers append, and a line says what was acknowledged; Check opens
// the store's eyes afterwards: it compares the lines with what is there. What is
// done in between is the tests' own: they kill the process, fill the disk, take the
// descriptors away; build/powercut cuts the power.
package faulttest
