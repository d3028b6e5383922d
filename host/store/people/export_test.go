package people

// Refresh is what the watcher does.
func Refresh(p *People) error { return p.refresh() }
