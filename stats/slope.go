package stats

import (
	"fmt"
)

// Slope fits y = intercept + slope x by least squares. It is the effect of one
// seed; the interval is TMean over the seeds' slopes. Fewer than two points, x
// all equal, lengths that differ or values not finite are errors.
func Slope(x, y []float64) (slope, intercept float64, err error) {
	if len(x) != len(y) {
		return 0, 0, fmt.Errorf("stats: slope: lengths, got x %d, y %d; need the same", len(x), len(y))
	}
	if len(x) < 2 {
		return 0, 0, fmt.Errorf("stats: slope: got %s; need at least 2", count(len(x), "point"))
	}
	if err := finite("slope: x", x); err != nil {
		return 0, 0, err
	}
	if err := finite("slope: y", y); err != nil {
		return 0, 0, err
	}
	mx, sx := moments(x)
	my, _ := moments(y)
	if sx == 0 {
		return 0, 0, fmt.Errorf("stats: slope: x, got %v %d times; need two different values", x[0], len(x))
	}
	var sxx, sxy float64
	for i := range x {
		// In units of sx, so that squares neither overflow nor vanish.
		d := (x[i] - mx) / sx
		sxx += d * d
		sxy += d * (y[i] - my)
	}
	slope = sxy / sxx / sx
	intercept = my - slope*mx
	if err := finite("slope: fit", []float64{slope, intercept}); err != nil {
		return 0, 0, err
	}
	return slope, intercept, nil
}
