package host

import "testing"

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
