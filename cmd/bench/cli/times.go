package cli

import (
	"fmt"
	"time"
)

// lasting is a duration for people: 0.4 s, 41 s, 3 min 5 s, 2 h 10 min, 4 d 3 h.
func lasting(d time.Duration) string {
	s := int64(d.Seconds() + 0.5)
	switch {
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	case s < 48*3600:
		return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
	}
	return fmt.Sprintf("%d d %d h", s/86400, s%86400/3600)
}

// clock is a duration as a stopwatch shows it: 0:21, 1:02:03.
func clock(d time.Duration) string {
	s := int64(d.Seconds() + 0.5)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s%3600/60, s%60)
}
