// Package host runs the Proffer module, WebAssembly that decides, on wazero:
// one message in, one message out, always from one snapshot.
//
// A [Host] compiles the module once and keeps a small pool of instances that
// hold the resident snapshot. [Host.Swap] verifies another snapshot, makes a
// new generation of instances for it and puts it in place of the old one, which
// goes when its last [Lease] is released. A lease pins one snapshot, so that the
// request that names its hash, and the second phase of a look-up, meet it.
//
// Limits. Nothing that the module does reaches further than an error: a trap, a
// status of 64 or above, an answer that cannot be one, an instance that grows
// or hangs cost that call its answer and that instance its life, and the caller
// serves the page without offers. A call is cut off [Config.Wait] after it
// began, unless a single bulk memory instruction runs longer (tens of
// milliseconds for 64 MiB); for this the module's loops are counted, see
// package host/internal/meter. A module
// that keeps failing is left alone for a while ([ErrBroken]). Messages are at
// most 1 MiB each way. The package moves bytes: it does not read requests,
// but for those to [Lease.Explain], and of responses the status alone.
//
// Everything is safe for concurrent use but a [Lease], which belongs to one
// goroutine at a time.
//
// Where to look next: plugin/ABI.md is the contract with the module,
// RATIONALE.md has the measurements behind the numbers, and package plugin/abi
// writes and reads the messages.
package host
