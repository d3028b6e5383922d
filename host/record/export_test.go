package record

// Lock is lock for tests.
var Lock = lock

// MaxQueue is maxQueue for tests.
const MaxQueue = maxQueue
