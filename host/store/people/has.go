package people

// Has reports whether people of a source were imported, be it that they cannot be
// read now.
func (p *People) Has(source string) bool {
	s, err := p.source(source)
	return err == nil && s != nil
}
