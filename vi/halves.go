package vi

import (
	"fmt"
	"runtime/debug"
)

// halves is work in two halves and the goroutine of the second. It is the Work's, so
// that running it allocates nothing.
type halves struct {
	awake bool // the last estimate was cut for two goroutines
	half  func(i int)
	other func() // half(1), for the goroutine
	fault chan any
}

// Halves runs half(0) and half(1), which do not touch what the other writes: at once
// where the last estimate was made on two goroutines, since waking a processor that
// has long been idle costs what half of a pass over the parameters saves. A step
// allocates nothing where half is made before. A panic of either is the caller's, with
// the stack of where it was.
func (w *Work) Halves(half func(i int)) {
	if !w.halves.awake {
		half(0)
		half(1)
		return
	}
	h := &w.halves
	if h.other == nil {
		h.fault = make(chan any, 1)
		h.other = func() {
			defer func() {
				f := recover()
				if f != nil {
					f = fmt.Sprintf("%v\n%s", f, debug.Stack())
				}
				h.fault <- f
			}()
			h.half(1)
		}
	}
	h.half = half
	go h.other()
	defer func() {
		if f := <-h.fault; f != nil {
			panic(f)
		}
	}()
	half(0)
}
