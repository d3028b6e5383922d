package bolt

// reseal makes what the file says last. Where the last step of a transaction failed,
// or its process died in it, the system's memory has the file's new head and the
// disk may have the old one still. Everybody reads the new one: so the next
// transaction writes over pages that the old one needs, and when the power fails
// then neither is whole. A flush after one that failed is no help, for the system
// takes the page for clean. So before the first transaction, and after each that
// failed, the two heads are written anew as they are read, and flushed.
func (s *Store) reseal() error {
	heads := make([]byte, 2*s.db.Info().PageSize)
	if _, err := s.file.ReadAt(heads, 0); err != nil {
		return err
	}
	if _, err := s.file.WriteAt(heads, 0); err != nil {
		return err
	}
	return s.file.Sync()
}
