//go:build proffer_own_sha256

package main

const nativeHash = "our own SHA-256 on both sides"
