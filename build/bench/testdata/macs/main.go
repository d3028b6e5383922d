//go:build wasip1

// Command macs is a Go guest that computes MACs and nothing else, to time them
// alone.
package main

import "github.com/profferhq/proffer/plugin/seal"

func main() {}

var (
	key     = seal.NewMAC([]byte("0123456789abcdef0123456789abcdef"))
	message [1024]byte
)

// macs computes the MAC of the first n bytes of a message, so many times.
//
//go:wasmexport macs
func macs(times, n int32) int32 {
	for range times {
		h := key.Begin()
		h.Write(message[:n])
		sum := h.End()
		message[0] = sum[0]
	}
	return int32(message[0])
}
