package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// promises is the name of the file through which a run says what was acknowledged:
// so the acknowledgement has its place among the operations.
const promises = "promises"

// fault fails one operation, and those after it as long as it lasts.
type fault struct {
	at, last int // numbers of operations that change the disk, from 0 on
	errno    syscall.Errno
	taken    float64 // how much of a failed write is taken in all the same
	kill     bool    // the operation works, and the process is killed meanwhile
}

func (f *fault) hits(n int) bool { return n >= f.at && n <= f.last }

// recorder is the file system in memory whose operations make up a trace. It works
// like a page cache: what was written is read, flushed or not.
type recorder struct {
	mu    sync.Mutex
	trace trace
	fault fault
	done  int // operations that could fail
	files int
	work  *os.Process
}

// watch says who works on the file system: whom a fault kills.
func (r *recorder) watch(p *os.Process) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.work = p
}

// mounted is a recorder at a place.
type mounted struct {
	*recorder
	server *fuse.Server
}

func mount(dir string, f fault) (*mounted, error) {
	r := &recorder{fault: f}
	server, err := fs.Mount(dir, &directory{r: r}, &fs.Options{MountOptions: fuse.MountOptions{
		FsName: "powercut", Name: "powercut", DirectMountStrict: true, DisableXAttrs: true,
		Logger: log.New(io.Discard, "", 0),
	}})
	if err != nil {
		return nil, fmt.Errorf("mounting %s: %w", dir, err)
	}
	return &mounted{r, server}, nil
}

// record puts an operation into the trace, or fails it.
func (r *recorder) record(o operation) syscall.Errno {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.recordLocked(o)
}

func (r *recorder) recordLocked(o operation) syscall.Errno {
	n := r.done
	if o.action != promise {
		r.done++
	}
	if o.action == promise || !r.fault.hits(n) || r.fault.errno == 0 {
		r.trace = append(r.trace, o)
		if r.fault.kill && o.action != promise && r.fault.hits(n) {
			r.work.Kill()
		}
		return fs.OK
	}
	o.failed = true
	switch o.action {
	case write:
		o.data = o.data[:int(float64(len(o.data))*r.fault.taken)]
	case resize, create:
		return r.fault.errno
	}
	r.trace = append(r.trace, o)
	return r.fault.errno
}

// directory is a directory of a recorder.
type directory struct {
	fs.Inode
	r *recorder
}

var (
	_ fs.NodeCreater   = (*directory)(nil)
	_ fs.NodeMkdirer   = (*directory)(nil)
	_ fs.NodeUnlinker  = (*directory)(nil)
	_ fs.NodeRmdirer   = (*directory)(nil)
	_ fs.NodeRenamer   = (*directory)(nil)
	_ fs.NodeFsyncer   = (*directory)(nil)
	_ fs.NodeGetattrer = (*directory)(nil)
	_ fs.NodeOpener    = (*entry)(nil)
	_ fs.NodeReader    = (*entry)(nil)
	_ fs.NodeWriter    = (*entry)(nil)
	_ fs.NodeFsyncer   = (*entry)(nil)
	_ fs.NodeGetattrer = (*entry)(nil)
	_ fs.NodeSetattrer = (*entry)(nil)
)

// below gives the path of a name in the directory, from the mount on.
func (d *directory) below(name string) string { return path.Join(d.Path(nil), name) }

func (d *directory) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	c := &entry{r: d.r, mode: mode}
	d.r.mu.Lock()
	defer d.r.mu.Unlock()
	if p := d.below(name); p != promises {
		d.r.files++
		c.number = d.r.files
		if errno := d.r.recordLocked(operation{action: create, file: c.number, name: p}); errno != fs.OK {
			return nil, nil, 0, errno
		}
	}
	out.Mode = mode | syscall.S_IFREG
	return d.NewInode(ctx, c, fs.StableAttr{Mode: syscall.S_IFREG}), nil, 0, fs.OK
}

func (d *directory) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if errno := d.r.record(operation{action: makeDir, name: d.below(name)}); errno != fs.OK {
		return nil, errno
	}
	out.Mode = mode | syscall.S_IFDIR
	return d.NewInode(ctx, &directory{r: d.r}, fs.StableAttr{Mode: syscall.S_IFDIR}), fs.OK
}

func (d *directory) Unlink(_ context.Context, name string) syscall.Errno {
	return d.r.record(operation{action: remove, name: d.below(name)})
}

func (d *directory) Rmdir(ctx context.Context, name string) syscall.Errno {
	if len(d.GetChild(name).Children()) > 0 {
		return syscall.ENOTEMPTY
	}
	return d.Unlink(ctx, name)
}

func (d *directory) Rename(_ context.Context, name string, parent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if flags != 0 {
		return syscall.EINVAL
	}
	to := path.Join(parent.EmbeddedInode().Path(nil), newName)
	return d.r.record(operation{action: rename, name: d.below(name), to: to})
}

func (d *directory) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return d.r.record(operation{action: flushDir, name: path.Join(".", d.Path(nil))})
}

func (d *directory) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode = 0o700
	return fs.OK
}

// entry is a file of a recorder. The one of promises has the number 0.
type entry struct {
	fs.Inode
	r      *recorder
	number int
	mode   uint32
	held   content
}

func (e *entry) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if flags&syscall.O_TRUNC != 0 {
		return nil, 0, e.resize(0)
	}
	return nil, 0, fs.OK
}

func (e *entry) Read(_ context.Context, _ fs.FileHandle, dst []byte, offset int64) (fuse.ReadResult, syscall.Errno) {
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	return fuse.ReadResultData(dst[:e.held.read(dst, offset)]), fs.OK
}

func (e *entry) Write(_ context.Context, _ fs.FileHandle, data []byte, offset int64) (uint32, syscall.Errno) {
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	o := operation{action: write, file: e.number, offset: offset, data: append([]byte{}, data...)}
	if e.number == 0 {
		o.action = promise
	}
	errno := e.r.recordLocked(o)
	last := &e.r.trace[len(e.r.trace)-1]
	e.held.write(last.data, offset)
	return uint32(len(last.data)), errno
}

func (e *entry) resize(size int64) syscall.Errno {
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	o := operation{action: resize, file: e.number, offset: size}
	if e.number != 0 {
		if errno := e.r.recordLocked(o); errno != fs.OK {
			return errno
		}
	}
	e.held.apply(&o, nil)
	return fs.OK
}

func (e *entry) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return e.r.record(operation{action: flush, file: e.number})
}

func (e *entry) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	e.r.mu.Lock()
	defer e.r.mu.Unlock()
	out.Mode = e.mode
	out.Size = uint64(e.held.size)
	return fs.OK
}

func (e *entry) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if size, ok := in.GetSize(); ok {
		if errno := e.resize(int64(size)); errno != fs.OK {
			return errno
		}
	}
	if mode, ok := in.GetMode(); ok {
		e.mode = mode
	}
	return e.Getattr(ctx, f, out)
}
