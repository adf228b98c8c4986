package suites

import "testing"

func TestArea(t *testing.T) {
	for text, want := range map[string]struct {
		of    string
		share float64
		ok    bool
	}{
		"area(elbo)": {"elbo", 1, true}, "area(snr/inf, 0.25)": {"snr/inf", 0.25, true}, "area(iwae@64,1)": {"iwae@64", 1, true},
		"elbo": {"elbo", 0, false}, "area(elbo": {"area(elbo", 0, false}, "area()": {"area()", 0, false},
		"area(elbo, 0)": {"area(elbo, 0)", 0, false}, "area(elbo, 1.5)": {"area(elbo, 1.5)", 0, false}, "area(elbo, x)": {"area(elbo, x)", 0, false},
		"area(elbo, NaN)": {"area(elbo, NaN)", 0, false}, "area(, 0.5)": {"area(, 0.5)", 0, false}, "area(elbo, 0.5, 1)": {"area(elbo, 0.5, 1)", 0, false},
	} {
		if of, share, ok := Area(text); of != want.of || share != want.share || ok != want.ok {
			t.Errorf("%s: got %q, %g, %v; want %+v", text, of, share, ok, want)
		}
	}
}

func TestFall(t *testing.T) {
	for text, want := range map[string]string{
		"fall(elbo)": "elbo", "fall( logpx/train )": "logpx/train", "area(elbo, 0.25)": "elbo", "elbo": "elbo", "fall(": "fall(", "fall()": "fall()", "fall(elbo": "fall(elbo",
	} {
		if of := Logged(text); of != want {
			t.Errorf("%s: got %q; want %q", text, of, want)
		}
	}
}
