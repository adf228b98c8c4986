package report

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/vibench/bench/store"
)

// The load of a sweep: go test ./report -run TestLoad -load -v
var (
	load = flag.Bool("load", false, "whole size: 20,000 cells, and 1,000 cells with curves of 1,000 points")
	keep = flag.String("keep", "", "folder to leave the pages of TestLoad in")
)

// sweep has so many cells: five settings of four estimators each on data of several sizes, ten seeds,
// metrics metrics a cell of points points each.
func sweep(cells, metrics, points int) *lab {
	l := newLab(3)
	l.plan.Suite = "sweep"
	names := []string{"elbo", "nll@64", "gradvar/inf", "snr/inf", "snr/gen", "ess@64", "iwae@64", "kl@64", "active-units", "gini"}[:metrics]
	for len(l.plan.Cells) < cells {
		n := len(l.plan.Cells)
		c := l.cell("g", []string{"iwae", "dreg", "stl", "vimco"}[n/10%4], n%10, "k", 1<<(n/40%5))
		c.Dataset.Params = map[string]any{"dim": 2, "n": 8 + n/200}
		c.ID = fmt.Sprintf("%x", sha256.Sum256([]byte(c.String())))
		l.plan.Cells[n] = c
		for i, m := range names {
			r := l.end(c, store.Done, "")
			for p := range points {
				r.Points = append(r.Points, store.Point{Metric: m, Step: 10 * p, Value: float64(i+1) + math.Sqrt(float64(p)) + 0.1*l.rand.NormFloat64(), Evals: int64(p) * 64})
			}
		}
	}
	return l
}

func TestLoad(t *testing.T) {
	for _, c := range []struct {
		name                   string
		cells, metrics, points int
	}{{"cells", 20_000, 6, 1}, {"curves", 1_000, 2, 1_000}} {
		if !*load {
			c.cells /= 40
		}
		t.Run(c.name, func(t *testing.T) {
			l := sweep(c.cells, c.metrics, c.points)
			path := filepath.Join(t.TempDir(), "sweep.db")
			st, err := store.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			run, err := st.Begin(&l.plan, l.report().Provenance[0])
			if err != nil {
				t.Fatal(err)
			}
			var list []store.Result
			for _, id := range l.order {
				list = append(list, *l.results[id])
			}
			if err := st.Write(run, list); err != nil {
				t.Fatal(err)
			}
			start, spent := time.Now(), cpu(t)
			r, err := New(st, "", "")
			if err != nil {
				t.Fatal(err)
			}
			read := time.Since(start)
			r.Better = map[string]string{"elbo": "higher", "nll": "lower", "gradvar": "lower", "snr": "higher", "ess": "higher", "iwae": "higher"}
			text := page(t, r)
			if *keep != "" {
				if err := os.WriteFile(filepath.Join(*keep, c.name+".html"), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			built, used, size := time.Since(start), cpu(t)-spent, float64(len(text))/1e6
			t.Logf("%d cells: read in %.2f s, page built in %.2f s (%.2f s of processor), %.2f MB", c.cells, read.Seconds(), built.Seconds(), used.Seconds(), size)
			if used > 10*time.Second || size > 5 { // of processor: other work on the machine is not the page's
				t.Error("want at most 10 s and 5 MB")
			}
		})
	}
}

// cpu is what this process has used of processors.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
