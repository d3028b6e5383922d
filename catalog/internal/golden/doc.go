// Package golden holds what is printed of a catalog to archives in testdata. With
// the flag -update of a test's package they are written anew.
//
// Where to look next: Run, and golden_test.go of catalog/inspect.
package golden
