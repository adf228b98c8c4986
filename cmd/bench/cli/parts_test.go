package cli_test

import (
	"embed"
	"errors"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/vibench/bench/cmd/bench/cli"
	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/metrics"
	"github.com/vibench/bench/vi"
)

//go:embed parts_test.go
var source embed.FS

// mine are parts as a user's module would have them.
func mine() []cli.Option {
	return []cli.Option{
		cli.WithEstimators(flaky{K: 1}, wild{Rate: 1}),
		cli.WithModels(theirs{}),
		cli.WithDatasets(ones{N: 4}, shelf{ones{N: 3}, new(string)}),
		cli.WithMetrics(size{}, stubborn{size{}}),
		cli.WithSource(source),
	}
}

// flaky panics at k = 3 unless FLAKY_WORKS is set, and at k = 5 with a message that
// would rather be markup and colours. Its numbers are others under FLAKY_DRIFTS, and its
// version is 2 under FLAKY_VERSION.
type flaky struct {
	K int `name:"k" min:"1" doc:"samples a datum"`
}

func (flaky) Doc() string { return "FLAKY is an estimator of my own.\n\n\tL = E log w" }

func (e flaky) Card() vi.Card {
	return vi.Card{Name: "flaky", Paper: "none", Needs: []vi.Cap{vi.Path}, K: e.K, Target: "elbo", Bias: "some", OneScalar: true}
}

func (flaky) Version() int {
	if os.Getenv("FLAKY_VERSION") != "" {
		return 2
	}
	return 1
}

func (e flaky) Estimate(s *vi.Step) vi.Direction {
	if e.K == 3 && os.Getenv("FLAKY_WORKS") == "" {
		panic("three is too many")
	}
	if e.K == 5 {
		panic("<script>alert(1)</script>\x1b[31m\u202e five\nand a line")
	}
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), e.K)
	elbo := s.LogJoint(z).Sub(s.LogQ(q, z)).Mean()
	if os.Getenv("FLAKY_DRIFTS") != "" {
		elbo = elbo.Scale(1.0000001)
	}
	return s.Ascend(vi.Surrogate{Gen: elbo, Inf: elbo})
}

// wild leaves the numbers at once.
//
//	L = inf E log p(x,z)
type wild struct {
	Rate float64 `name:"rate" min:"0" doc:"of nothing"`
}

func (e wild) Card() vi.Card {
	return vi.Card{Name: "wild", Needs: []vi.Cap{vi.Path}, K: 1, Target: "elbo", OneScalar: true}
}

func (e wild) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), 1)
	inf := s.LogJoint(z).Mean().Scale(math.Inf(1))
	return s.Ascend(vi.Surrogate{Gen: inf, Inf: inf})
}

// theirs is a model that suits no data.
type theirs struct{}

func (theirs) Name() string { return "theirs" }
func (theirs) For(d *vi.Data) (vi.Model, error) {
	return nil, os.ErrInvalid
}

// ones is a data set of ones.
type ones struct {
	N int `name:"n" min:"1" doc:"data"`
}

func (ones) Name() string      { return "ones" }
func (d ones) Shape() vi.Shape { return vi.Shape{N: d.N, D: 1, Domain: vi.Real} }
func (d ones) Make(rng.Key) (*vi.Data, error) {
	x := make([]float64, d.N)
	for i := range x {
		x[i] = 1
	}
	return &vi.Data{Name: "ones", Digest: "ones", N: d.N, D: 1, X: x, Domain: vi.Real}, nil
}

// shelf is a data set that wants a file named book.
type shelf struct {
	ones
	dir *string
}

func (shelf) Name() string          { return "shelf" }
func (d shelf) Shape() vi.Shape     { return vi.Shape{N: 3, D: 1, Domain: vi.Real} }
func (d shelf) ReadFrom(dir string) { *d.dir = dir }
func (d shelf) Check() error        { _, err := d.Locate(); return err }
func (d shelf) Locate() (string, error) {
	if _, err := os.Stat(filepath.Join(*d.dir, "book")); err != nil {
		return "", errors.New("no book in " + *d.dir)
	}
	return *d.dir, nil
}

// size logs how many data there are.
type size struct{}

func (size) Name() string                              { return "size" }
func (size) Better() string                            { return "" }
func (size) Unit() string                              { return "" }
func (size) Needs() []vi.Cap                           { return nil }
func (size) Emits(vi.Sheet) []string                   { return []string{"size"} }
func (size) Measure(e *metrics.Eval, out *metrics.Out) { out.Put("size", float64(e.Work.Data.N)) }

// stubborn takes its time, whatever is asked of it.
type stubborn struct{ size }

const stubbornness = time.Minute

func (stubborn) Name() string                        { return "stubborn" }
func (stubborn) Emits(vi.Sheet) []string             { return nil }
func (stubborn) Measure(*metrics.Eval, *metrics.Out) { time.Sleep(stubbornness) }
