package host

// NewPatched is New with WASI functions in the place of wazero's.
var NewPatched = newHost

// Turns is how many loop turns pass between two ticks.
const Turns = turns
