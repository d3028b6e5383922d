// Package browser looks at Proffer as visitors do, in Chromium: the shop's pages
// behind the command as a person walks through them, and every hostile text of
// package payload in pages of the real proxy.
//
// Its Go part is tests, under the build tag edges. They drive one process of
// Node, drive.mjs, which drives Chromium by Playwright; make edges installs all
// three.
//
// Where to look next: README.md for what is walked, chromium_test.go for how a
// test asks, drive.mjs for what it may ask.
package browser
