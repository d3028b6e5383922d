// Command bench measures what a decision costs, native beside Wasm in one run,
// and prints it as a table in Markdown: time and allocations of a page request,
// what of it are MACs, how it grows with the catalog, the first decision of a
// fresh instance, also of a pre-initialised image where Wizer is, linear memory over a million decisions, the process over a
// thousand swaps of the snapshot, a catalog from its text to a snapshot, and the
// module's size; the injector beside golang.org/x/net/html's tokenizer, native and
// in Wasm; and a page through our proxy beside httputil's and the system's nginx,
// each a process on a core of its own, the first two being this program.
//
// With -row 4, 6 or 7 it measures fresh instances, the injector or the proxies alone.
//
// What must be exact is asserted, and the exit code is 1 if it does not hold:
// native and Wasm answer alike, no allocation, no page of growth, the limits of
// memory and size. Times are printed with their targets and fail nothing, for
// they depend on the machine; compare ratios of one run, not digits of two.
//
// It is run with the tag proffer_own_sha256, so that both sides hash with the
// same code, and reads the module from build/out.
//
// Where to look next: internal/workload for the catalogs and requests,
// decision.go for the method, proxies.go for that of row 7, plugin/decide/RATIONALE.md for what came of it.
package main
