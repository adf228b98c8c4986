package metrics

import (
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/vi"
)

// replay is a keyed source that remembers what it drew: estimators that are
// measured on the same draws ask for the same fills in the same order, and half
// of a small replicate's time is its normals. A fill that is not the next one
// remembered is drawn anew, so the numbers are those of the key in any case.
type replay struct {
	vi.Keyed
	fills []fill
	next  int
}

type fill struct {
	kind, site string
	plate      uint64
	x          tape.Vector
}

// draw forgets, and takes up another key.
func (r *replay) draw(key rng.Key) { r.Key, r.fills, r.next = key, r.fills[:0], 0 }

// rewind starts the same draws again.
func (r *replay) rewind() { r.next = 0 }

func (r *replay) Normal(site string, plate uint64, dst tape.Vector) {
	if !r.copied("normal", site, plate, dst) {
		r.Keyed.Normal(site, plate, dst)
		r.keep("normal", site, plate, dst)
	}
}

func (r *replay) Uniform(site string, plate uint64, dst tape.Vector) {
	if !r.copied("uniform", site, plate, dst) {
		r.Keyed.Uniform(site, plate, dst)
		r.keep("uniform", site, plate, dst)
	}
}

func (r *replay) copied(kind, site string, plate uint64, dst tape.Vector) bool {
	if r.next >= len(r.fills) {
		return false
	}
	f := &r.fills[r.next]
	if f.kind != kind || f.site != site || f.plate != plate || f.x.Len() != dst.Len() {
		return false
	}
	r.next++
	dst.Copy(f.x)
	return true
}

// keep remembers a fill at the end of what this pass has replayed; what another
// pass remembered beyond is dropped.
func (r *replay) keep(kind, site string, plate uint64, dst tape.Vector) {
	r.fills = r.fills[:r.next]
	if r.next == cap(r.fills) {
		r.fills = append(r.fills, fill{})
	} else {
		r.fills = r.fills[:r.next+1]
	}
	f := &r.fills[r.next]
	f.kind, f.site, f.plate = kind, site, plate
	if f.x.Len() != dst.Len() || (f.x.F64() == nil) != (dst.F64() == nil) {
		p := tape.Float32
		if dst.F64() != nil {
			p = tape.Float64
		}
		f.x = tape.NewVector(p, dst.Len())
	}
	f.x.Copy(dst)
	r.next++
}
