//go:build !proffer_own_sha256

package main

const nativeHash = "the standard library's SHA-256 natively: build with -tags proffer_own_sha256 to compare"
