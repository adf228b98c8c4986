package models_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/core/tape"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/models"
	"github.com/vibench/bench/vi"
)

// chain is a hidden chain at uneven chances.
func chain(k, m int, seed uint64) *models.HiddenChain {
	rows := func(name string, rows, n int) []float64 {
		p := make([]float64, rows*n)
		rng.Root(seed).Fold(name).Uniform64(p, 0)
		for lo := 0; lo < len(p); lo += n {
			sum := 0.0
			for _, v := range p[lo : lo+n] {
				sum += v
			}
			for i := range n {
				p[lo+i] /= sum
			}
		}
		return p
	}
	return &models.HiddenChain{K: k, M: m, Pi: rows("pi", 1, k), A: rows("A", k, k), B: rows("B", k, m)}
}

// paths calls f with every path of states and its joint p(s, x).
func paths(c *models.HiddenChain, x []float64, f func(path []int, p float64)) {
	total := int(math.Pow(float64(c.K), float64(len(x))))
	path := make([]int, len(x))
	for n := range total {
		for t := range path {
			path[t] = n % c.K
			n /= c.K
		}
		p := 1.0
		for t, s := range path {
			if t == 0 {
				p = c.Pi[s]
			} else {
				p *= c.A[path[t-1]*c.K+s]
			}
			p *= c.B[s*c.M+int(x[t])]
		}
		f(path, p)
	}
}

// All 729 paths of six places: their sum is the evidence, their margins the posterior and the
// expected counts, their best is Viterbi's.
func TestHiddenChainIsItsSum(t *testing.T) {
	const k, m, T = 3, 4, 6
	for seed := range uint64(20) {
		c := chain(k, m, seed)
		x := make([]float64, T)
		for i := range x {
			x[i] = float64((int(seed)*5 + i*i*3 + i) % m)
		}
		sum, best, n := 0.0, 0.0, 0
		var top []int
		gamma, pairs := make([]float64, T*k), make([]float64, k*k)
		free := 0.0
		paths(c, x, func(path []int, p float64) {
			sum += p
			n++
			if p > best {
				best, top = p, append([]int{}, path...)
			}
			for at, s := range path {
				gamma[at*k+s] += p
				if at > 0 {
					pairs[path[at-1]*k+s] += p
				}
			}
		})
		if n != 729 {
			t.Fatalf("%d paths; want 729", n)
		}
		near(t, "log p(x)", c.LogEvidence(x), math.Log(sum), 1e-12)
		paths(c, x, func(_ []int, p float64) { free += p / sum * (math.Log(p/sum) - math.Log(p)) })
		near(t, "free energy after the E step", free, -c.LogEvidence(x), 1e-9)
		counts := &models.HiddenChain{K: k, M: m, Pi: make([]float64, k), A: make([]float64, k*k), B: make([]float64, k*m)}
		c.Count(x, counts)
		out := make([]float64, k*m)
		for at, got := range c.Posterior(x) {
			near(t, "posterior", got, gamma[at]/sum, 1e-12)
			out[at%k*m+int(x[at/k])] += got
		}
		for at := range T {
			near(t, "posteriors sum to", c.Posterior(x)[at*k]+c.Posterior(x)[at*k+1]+c.Posterior(x)[at*k+2], 1, 1e-12)
		}
		for i, p := range pairs {
			near(t, "transitions", counts.A[i], p/sum, 1e-12)
		}
		for i, p := range out {
			near(t, "symbols", counts.B[i], p, 1e-12)
		}
		for i := range k {
			near(t, "first", counts.Pi[i], gamma[i]/sum, 1e-12)
		}
		path, logp := c.Viterbi(x)
		near(t, "log p of the best path", logp, math.Log(best), 1e-12)
		for i, s := range path {
			if s != top[i] {
				t.Errorf("seed %d: best path %v; Viterbi's is %v", seed, top, path)
				break
			}
		}
	}
}

// p(x) over all strings of five symbols sums to one.
func TestHiddenChainSumsToOne(t *testing.T) {
	c, sum := chain(3, 4, 1), 0.0
	x := make([]float64, 5)
	for n := range 1024 {
		for i := range x {
			x[i] = float64(n >> (2 * i) & 3)
		}
		sum += math.Exp(c.LogEvidence(x))
	}
	near(t, "sum of p(x)", sum, 1, 1e-12)
}

// A step of Baum and Welch is the expected counts over all paths, normalised.
func TestHMMMaximisesItsDefinition(t *testing.T) {
	const k, m, T = 2, 3, 5
	w := work(t, tape.Float64, models.HMM{States: k, Symbols: m}, datasets.HMMStrings{States: k, Symbols: m, Length: T, Stay: 0.6, N: 7}, 2)
	get := func(name string) []float64 { return w.Params.Value(name).AppendTo(nil) }
	c := &models.HiddenChain{K: k, M: m, Pi: get("gen/pi"), A: get("gen/A"), B: get("gen/B")}
	pi, a, b := make([]float64, k), make([]float64, k*k), make([]float64, k*m)
	logp := 0.0
	for n := range w.Data.N {
		x, sum := row(w.Data, n), 0.0
		paths(c, x, func(_ []int, p float64) { sum += p })
		logp += math.Log(sum) / float64(w.Data.N)
		paths(c, x, func(path []int, p float64) {
			for at, s := range path {
				if at == 0 {
					pi[s] += p / sum
				} else {
					a[path[at-1]*k+s] += p / sum
				}
				b[s*m+int(x[at])] += p / sum
			}
		})
	}
	trace := em(t, w, 1)
	near(t, "log p(x)", trace[0], logp, 1e-12)
	for name, want := range map[string][]float64{"gen/pi": pi, "gen/A": a, "gen/B": b} {
		n := map[string]int{"gen/pi": k, "gen/A": k, "gen/B": m}[name]
		got := get(name)
		for lo := 0; lo < len(want); lo += n {
			sum := 0.0
			for _, v := range want[lo : lo+n] {
				sum += v
			}
			for i := range n {
				near(t, name, got[lo+i], want[lo+i]/sum, 1e-12)
			}
		}
	}
}

// No step lowers the evidence, with states too many and a symbol that never comes.
func TestHMMEMNeverFalls(t *testing.T) {
	for seed := range uint64(5) {
		for _, k := range []int{1, 3, 6} {
			w := work(t, tape.Float64, models.HMM{States: k, Symbols: 5}, datasets.HMMStrings{States: 3, Symbols: 4, Length: 30, Stay: 0.7, N: 50}, seed)
			trace := em(t, w, 200)
			neverFalls(t, "hmm", trace)
			if !(trace[200] > trace[0]) || trace[200]-trace[200] != 0 {
				t.Errorf("seed %d, %d states: from %g to %g", seed, k, trace[0], trace[200])
			}
			unseen := w.Model.(vi.Evidence).LogEvidence(w.Params, append([]float64{4}, row(w.Data, 0)[1:]...))[0]
			if !(unseen < -30) || math.IsInf(unseen, -1) {
				t.Errorf("log p of a string with a symbol not seen: %g", unseen)
			}
		}
	}
}

// A string of 200,000 symbols neither underflows nor takes more than its length: sixteen times
// the length takes sixteen times as long, or, timed on a busy machine, less than sixty-four.
// What is quadratic takes 256.
func TestHiddenChainIsLinear(t *testing.T) {
	c := chain(3, 4, 1)
	best := func(n int) time.Duration {
		x, least := make([]float64, n), time.Hour
		for i := range x {
			x[i] = float64(i * i % 4)
		}
		for range 7 {
			from := time.Now()
			counts := &models.HiddenChain{Pi: make([]float64, 3), A: make([]float64, 9), B: make([]float64, 12)}
			c.Count(x, counts)
			least = min(least, time.Since(from))
		}
		if l := c.LogEvidence(x); !(l < 0 && l > -float64(10*n)) {
			t.Errorf("log p of %d symbols: %g", n, l)
		}
		return least
	}
	if few, many := best(12500), best(200000); many > 64*few {
		t.Errorf("12500 symbols take %v, 200000 %v", few, many)
	}
}

// A state that no string is in keeps its rows.
func TestHMMEmptyState(t *testing.T) {
	w := work(t, tape.Float64, models.HMM{States: 2, Symbols: 3}, datasets.HMMStrings{States: 2, Symbols: 3, Length: 8, Stay: 0.5, N: 10}, 1)
	w.Params.Set("gen/pi", []float64{1, 0})
	w.Params.Set("gen/A", []float64{1, 0, 0.3, 0.7})
	before := w.Params.Value("gen/B").AppendTo(nil)[3:]
	trace := em(t, w, 5)
	neverFalls(t, "empty state", trace)
	if a, b := w.Params.Value("gen/A"), w.Params.Value("gen/B").AppendTo(nil)[3:]; a.At(2) != 0.3 || a.At(3) != 0.7 || !slices.Equal(b, before) {
		t.Errorf("its rows go to %g, %g and %v", a.At(2), a.At(3), b)
	}
}

// Nanoseconds a symbol, forward and backward, at lengths a hundredfold apart.
func BenchmarkHiddenChain(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint("T=", n), func(b *testing.B) {
			c, x := chain(3, 4, 1), make([]float64, n)
			for i := range x {
				x[i] = float64(i * i % 4)
			}
			counts := &models.HiddenChain{Pi: make([]float64, 3), A: make([]float64, 9), B: make([]float64, 12)}
			for b.Loop() {
				c.Count(x, counts)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/symbol")
		})
	}
}

// Bits are two symbols: as binary data they are the same strings as real ones, and no answers.
func TestHMMOfBits(t *testing.T) {
	x := []float64{0, 1, 1, 0, 0, 1}
	m := models.HMM{States: 2, Symbols: 2}
	var got [2][]float64
	for i, domain := range []vi.Domain{vi.Real, vi.Binary} {
		d := &vi.Data{Name: "mine", N: 2, D: 3, X: x, Domain: domain}
		model, err := m.For(d)
		if err != nil || model.Sheet().Data != domain {
			t.Fatalf("%s: %v", domain, err)
		}
		w, err := vi.NewWork(model, nil, d, tape.Float64, rng.Root(1))
		if err != nil {
			t.Fatal(err)
		}
		got[i] = model.(vi.Evidence).LogEvidence(w.Params, x)
	}
	if !slices.Equal(got[0], got[1]) {
		t.Errorf("got %v of real data, %v of bits", got[0], got[1])
	}
	for _, d := range []*vi.Data{{Name: "mine", N: 2, D: 3, X: x, Domain: vi.Answer}, {Name: "mine", N: 2, D: 3, X: x, Domain: vi.Binary, Grey: true}} {
		if _, err := m.For(d); err == nil || !strings.Contains(err.Error(), "explains symbols, as real or binary data, got ") {
			t.Errorf("got %v", err)
		}
	}
}

func TestHMMRefuses(t *testing.T) {
	for want, c := range map[string]struct {
		x []float64
		m models.HMM
	}{
		"row 2, place 1 of data \"mine\": got 4; have symbols 0 to 3":   {[]float64{0, 1, 4, 3}, models.HMM{States: 2, Symbols: 4}},
		"row 1, place 2 of data \"mine\": got -1; have symbols 0 to 3":  {[]float64{0, -1, 4, 3}, models.HMM{States: 2, Symbols: 4}},
		"row 1, place 1 of data \"mine\": got 0.5; have symbols 0 to 3": {[]float64{0.5, 1, 2, 3}, models.HMM{States: 2, Symbols: 4}},
		"row 2, place 2 of data \"mine\": got NaN; have symbols 0 to 3": {[]float64{0, 1, 2, math.NaN()}, models.HMM{States: 2, Symbols: 4}},
		"got 0 states and 4 symbols; need at least one of each":         {nil, models.HMM{Symbols: 4}},
	} {
		d := &vi.Data{Name: "mine", N: 2, D: 2, X: c.x, Domain: vi.Real}
		if _, err := c.m.For(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %q", err, want)
		}
		if c.x != nil { // so it does of data held out
			if _, err := c.m.For(&vi.Data{Name: "other", N: 1, D: 2, X: []float64{0, 0}, Domain: vi.Real, Test: d}); err == nil {
				t.Error("held-out data are not looked at")
			}
		}
	}
}
