//go:build !amd64

package speed

// peakLoops: no loop is written for this machine, so its peak is not known.
func peakLoops() (f32, f64 []loop) { return nil, nil }
