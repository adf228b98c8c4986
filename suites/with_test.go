package suites

import (
	"fmt"
	"strings"
	"testing"
)

// A setting that nothing reads is an error where it is given; a list beside it asks that
// one of its values reads it, and a default is nobody's to refuse.
func TestUnreadSetting(t *testing.T) {
	cat := fake()
	cat.Estimators = append(cat.Estimators, Entry{Name: "warm", Version: 1, Params: []Param{
		{Name: "rate", Kind: Float, Default: 0.0}, {Name: "floor", Kind: Float, Default: 0.5, With: "rate"},
		{Name: "mode", Kind: String, Default: "still", Choices: []string{"still", "moving"}}, {Name: "decay", Kind: Float, Default: 0.9, With: "mode=moving"},
		{Name: "every", Kind: Int, Default: 1, With: "rate|late_rate"},
	}})
	if err := cat.Check(); err != nil {
		t.Fatal(err)
	}
	const floor = "s.yaml:3:29: warm: floor: got 0.1; nothing reads it where rate is 0; leave it out, or give a rate"
	for given, want := range map[string]string{
		"floor: 0.1":                         floor,
		"floor: 0.1, rate: 0":                floor,
		"floor: 0.5":                         "warm: floor: got 0.5; nothing reads it", // the default, given
		"floor: [0.1, 0.2]":                  "warm: floor: got a list; nothing reads it where rate is 0",
		"floor: 0.1, rate: 0.3":              "",
		"floor: 0.1, rate: [0, 0.3]":         "",
		"every: 5":                           "warm: every: got 5; nothing reads it where rate is 0; leave it out, or give a rate",
		"every: 5, rate: 1":                  "",
		"decay: 0.99":                        "warm: decay: got 0.99; nothing reads it where mode is still; leave it out, or give mode: moving",
		"decay: 0.99, mode: still":           "nothing reads it where mode is still",
		"decay: 0.99, mode: moving":          "",
		"mode: moving":                       "",
		"mode: [still, moving], decay: 0.99": "",
		"decay: 0.99, floor: 0.1":            "warm: floor: got 0.1",
	} {
		text := strings.Replace(small, "estimator: iwae", fmt.Sprintf("estimator: {warm: {%s}}", given), 1)
		_, err := Parse("s.yaml", []byte(text), cat)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v; want %q", given, err, want)
		}
	}
	cat.Estimators = []Entry{{Name: "a", Params: []Param{{Name: "k", Kind: Int, With: "b"}}}}
	if err := cat.Check(); err == nil || !strings.Contains(err.Error(), `parameter "k": read with "b", none of which is a parameter`) {
		t.Errorf("got %v", err)
	}
}
