package host

import "testing"

func TestMemory(t *testing.T) {
	const limit = 8 * pageSize
	m, err := newMemory(2*pageSize, limit)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free()
	b := m.Reallocate(2 * pageSize)
	if len(b) != 2*pageSize {
		t.Fatalf("%d bytes, want 2 pages", len(b))
	}
	b[0], b[len(b)-1] = 1, 2
	for _, size := range []uint64{2 * pageSize, 3 * pageSize, limit} {
		b = m.Reallocate(size)
		if uint64(len(b)) != size || b[0] != 1 || b[2*pageSize-1] != 2 || size > 2*pageSize && b[size-1] != 0 {
			t.Fatalf("%d bytes after growing to %d, or not the same ones", len(b), size)
		}
		b[size-1] = 2
		b[2*pageSize-1] = 2
	}
	for _, size := range []uint64{limit + 1, limit + pageSize, 1 << 63} {
		if b := m.Reallocate(size); b != nil {
			t.Errorf("%d bytes over the limit of %d", len(b), limit)
		}
	}
	if b := m.Reallocate(limit); len(b) != limit || b[0] != 1 {
		t.Error("a refused growth has done something")
	}
	m.Free()
	m.Free()
	if b := m.Reallocate(1); b != nil {
		t.Errorf("%d bytes of a memory that was freed", len(b))
	}
}

func TestMemoryLimit(t *testing.T) {
	c, err := Config{}.complete()
	if err != nil {
		t.Fatal(err)
	}
	for snapshot, want := range map[int]int64{
		0:        32 << 20,
		1:        32<<20 + pageSize,
		7 << 20:  46 << 20,
		64 << 20: 160 << 20,
	} {
		if got := c.memoryLimit(snapshot); got != want {
			t.Errorf("limit with a snapshot of %d bytes is %d, want %d", snapshot, got, want)
		}
	}
	c.MemoryLimit = maxMemory
	if got := c.memoryLimit(64 << 20); got != maxMemory {
		t.Errorf("the largest limit is %d, want %d", got, int64(maxMemory))
	}
}
