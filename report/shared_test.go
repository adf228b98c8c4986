package report

import (
	"slices"
	"testing"
)

func TestLabelsSayOnceWhatIsCommon(t *testing.T) {
	for _, c := range []struct {
		labels, short []string
		common        string
	}{
		{[]string{"iwae{k=1}", "iwae{k=10}"}, []string{"k=1", "k=10"}, "iwae"},
		{[]string{"iwae{k=1}"}, []string{"iwae{k=1}"}, ""},
		{[]string{"iwae", "elbo"}, []string{"iwae", "elbo"}, ""},
		{[]string{"elbo{k=1} x latent=2,q=a", "elbo{k=1} x latent=4,q=a"}, []string{"latent=2", "latent=4"}, "elbo{k=1} x q=a"},
		{[]string{"a{k=1} x k=2", "b{k=1} x k=2"}, []string{"a", "b"}, "k=1 x k=2"},
		{[]string{"em x start=0", "em x start=1 x adam{rate=0.1}"}, []string{"start=0", "start=1 x adam{rate=0.1}"}, "em"},
		{[]string{"em", "em x sgd"}, []string{"em", "em x sgd"}, ""}, // nothing would be left of the first
		{[]string{"t{d=[1,2],k=1}", "t{d=[1,2],k=2}"}, []string{"k=1", "k=2"}, "t{d=[1,2]}"},
		{[]string{"s x g=c,p=1", "s x g=c,p=2", "s x g=c,p=3", "s x g=w,p=3"}, []string{"p=1", "p=2", "p=3", "g=w,p=3"}, "s; g=c unless said"},
		{[]string{"s x g=c,p=1", "s x g=c,p=2", "s x g=c,p=3", "f x p=3"}, []string{"s x g=c,p=1", "s x g=c,p=2", "s x g=c,p=3", "f x p=3"}, ""}, // f says no g
	} {
		given := slices.Clone(c.labels)
		short, common := shortened(c.labels)
		if !slices.Equal(short, c.short) || common != c.common || !slices.Equal(c.labels, given) {
			t.Errorf("%q: got %q, common %q; want %q, %q", given, short, common, c.short, c.common)
		}
	}
}
