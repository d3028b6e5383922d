package linear_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/profferhq/proffer/host/linear"
)

const pageSize = 1 << 16 // WebAssembly's

func TestMemory(t *testing.T) {
	const limit = 8 * pageSize
	m, err := linear.New(2*pageSize, limit)
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

// TestImage puts images of many sizes to many addresses of two memories, and
// then writes into one: the other, and later ones, hold what the image was.
func TestImage(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 4095, 64 << 10, 64<<10 + 1, 300_000, 1 << 20} {
		for _, at := range []uint32{0, 1, 4096, 8192, 65_536, 70_001} {
			b := make([]byte, size)
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			image := linear.NewImage(b)
			first, second := filled(t), filled(t)
			defer first.Free()
			defer second.Free()
			check(t, put(t, first, image, at), b, at)
			whole := first.Reallocate(memorySize)
			for i := range whole {
				whole[i]++
			}
			check(t, put(t, second, image, at), b, at)
			check(t, put(t, first, image, at)[at:at+uint32(size)], b, 0)
			image.Close()
			image.Close()
			check(t, put(t, second, image, at), b, at)
		}
	}
}

const memorySize = 20 * pageSize

// filled is a memory in which every byte is 0xa5.
func filled(t *testing.T) *linear.Memory {
	m, err := linear.New(memorySize, 2*memorySize)
	if err != nil {
		t.Fatal(err)
	}
	b := m.Reallocate(memorySize)
	for i := range b {
		b[i] = 0xa5
	}
	return m
}

func put(t *testing.T, m *linear.Memory, image *linear.Image, at uint32) []byte {
	t.Helper()
	if err := m.Put(image, at); err != nil {
		t.Fatal(err)
	}
	return m.Reallocate(memorySize)
}

// check compares what lies at an address, and that around it nothing changed.
func check(t *testing.T, memory, want []byte, at uint32) {
	t.Helper()
	end := int(at) + len(want)
	if !bytes.Equal(memory[at:end], want) {
		t.Fatalf("image of %d bytes at %d: memory differs", len(want), at)
	}
	for i, b := range memory {
		if (i < int(at) || i >= end) && b != 0xa5 {
			t.Fatalf("image of %d bytes at %d: byte %d became %x", len(want), at, i, b)
		}
	}
}

func TestImageOutside(t *testing.T) {
	m := filled(t)
	defer m.Free()
	image := linear.NewImage(make([]byte, 2*pageSize))
	defer image.Close()
	for _, at := range []uint32{memorySize - 2*pageSize + 1, memorySize, 1<<32 - 1} {
		if err := m.Put(image, at); err == nil {
			t.Errorf("image at %d of a memory of %d bytes was put", at, memorySize)
		}
	}
	if err := m.Put(image, memorySize-2*pageSize); err != nil {
		t.Error(err)
	}
}

// TestImageFiles makes sure that no file is left open.
func TestImageFiles(t *testing.T) {
	before := files()
	for range 100 {
		image := linear.NewImage(make([]byte, 1<<20))
		image.Close()
	}
	if after := files(); after != before {
		t.Errorf("%d open files, %d before", after, before)
	}
}

// files counts the open files of this process where the system tells them, and
// is 0 elsewhere.
func files() int {
	list, _ := os.ReadDir("/proc/self/fd")
	return len(list)
}
