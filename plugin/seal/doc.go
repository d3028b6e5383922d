// Package seal signs and verifies what passes through a browser's hands:
// SHA-256, HMAC, base64url, keys, the envelope of the cookies and identity
// tokens.
//
// Limits. It signs and does not encrypt: whoever holds a cookie can read it.
// It has no clock and no randomness; time arrives as an argument, and what
// looks random is expanded from the entropy of a request. It does not stop an
// old value from being shown again. A sealed value has at most [MaxValue] bytes
// of text, a token [MaxToken]; whatever else arrives is refused before it is
// hashed. No bytes, from whomever they come, cause a panic, and what a request
// does allocates nothing when it brings the scratch that is asked for.
// Comparing MACs takes the same time wherever they differ; decoding base64 and
// finding a key do not, and handle nothing secret.
//
// WebAssembly builds hash with the code in digest.go and, in place of
// compress_wasm.go, a function that build/jump writes; native builds with the
// standard library, unless the build tag proffer_own_sha256 chooses ours there
// too, with block.go, to compare like with like.
//
// Sources: FIPS 180-4 (SHA-256), RFC 2104 and RFC 4231 (HMAC), RFC 4648
// (base64url), the URL Standard, https://url.spec.whatwg.org/#application/x-www-form-urlencoded
// (payload of tokens).
//
// Where to look next: plugin/COOKIES.md has the formats, package plugin/visitor
// writes what the cookies hold, RATIONALE.md says why they are as they are.
package seal
