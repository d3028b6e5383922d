package jump

// A host that is called may call the module again before it comes back, as Envoy does
// for memory. What then runs is on the same stack; when that grows, or is made smaller,
// only the inner functions are unwound, and those around the call would go on with the
// stack pointer that they had. So what calls the host compares: where its stack has
// moved meanwhile it unwinds, as if it had grown itself, and is entered again behind
// the call, from the return address that it has just taken off the stack.

// returning gives the body of a function that calls the host so that it unwinds where
// the stack has moved.
func (m *module) returning(body []byte) []byte {
	r := &reader{b: body}
	groups, locals := r.leb(), 1 // with the parameter
	start := r.at
	for range groups {
		locals += r.leb()
		r.byte()
	}
	list := parse(body[r.at:])
	if !m.asks(list) {
		return body
	}
	was := locals // the local that keeps the stack pointer
	out := append(appendLEB(nil, groups+1), body[start:r.at]...)
	out = append(out, 1, typeI32, opGlobalGet, 0, opSet)
	out = appendLEB(out, was)
	ends := 0
	for i := range list {
		if list[i].op == opConst && list[i].n == 0 && i+1 < len(list) && list[i+1].op == opReturn {
			out = append(out, opGlobalGet, 0, opConst, 8, opSub32, opGet)
			out = append(appendLEB(out, was), opUnequal32)
			ends++
			continue
		}
		out = append(out, list[i].bytes...)
	}
	if ends != 1 {
		panic("a function that calls the host does not end as Go's do")
	}
	return out
}

// asks reports whether code calls the host.
func (m *module) asks(list []instruction) bool {
	for i := range list {
		if list[i].op == opCall && list[i].n < m.imports {
			return true
		}
	}
	return false
}
