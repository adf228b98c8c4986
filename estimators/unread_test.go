package estimators_test

import (
	"testing"

	"github.com/vibench/bench/estimators"
	"github.com/vibench/bench/vi"
)

// A setting that another leaves unread is refused: two cells that differ in it alone
// would be one cell's numbers twice.
func TestUnreadSettings(t *testing.T) {
	for _, c := range []struct {
		e    vi.Checked
		want string
	}{
		{estimators.VRAlpha{K: 2, Alpha: 0.1, Max: true}, "alpha: got 0.1 beside max, which is the order -inf; give one of them"},
		{estimators.VRAlpha{K: 2, Max: true}, ""},
		{estimators.VRAlpha{K: 2, Alpha: 0.1}, ""},
		{estimators.TVO{K: 2, J: 1, B1: 0.2}, "b1: got 0.2; j = 1 has no node between 0 and 1"},
		{estimators.TVO{K: 2, J: 2, B1: 0.2}, ""},
	} {
		got := ""
		if err := c.e.Check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v: got %q; want %q", c.e, got, c.want)
		}
	}
	for _, e := range estimators.All() {
		if k, ok := e.(vi.Checked); ok && k.Check() != nil {
			t.Errorf("%s: its defaults are refused: %v", e.Card().Name, k.Check())
		}
	}
}
