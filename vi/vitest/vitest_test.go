package vitest_test

import (
	"testing"
	"time"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi/vitest"
)

// Every built-in estimator passes every check, and can be placed.
func TestBuiltIn(t *testing.T) {
	for _, e := range estimators.All() {
		t.Run(e.Card().Name, func(t *testing.T) {
			t0 := time.Now()
			vitest.Run(t, e)
			t.Log(time.Since(t0))
		})
	}
}
