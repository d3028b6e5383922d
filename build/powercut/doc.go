// Command powercut cuts the power of a store, many thousand times, and looks whether
// anything is lost that was acknowledged.
//
// The store runs in a process of its own on a file system in memory, which keeps a
// trace of every operation. What a disk may have when the power fails after any of
// them is made of the trace, see disk.go, and opened. It also has operations fail,
// and the process die, and cuts the power after that. It has to mount a file system,
// so it needs to be root, or to be run by "unshare -Urm".
//
// Where to look next: mount.go for the file system, disk.go for what a power cut
// leaves, experiment.go for what is done.
package main
