package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// permeability of human chorioamnion at term and at 12 to 26 weeks (Hollander and
// Wolfe, Nonparametric Statistical Methods, 1973, p. 69): R's wilcox.test prints
// W = 35 for it, of 10 x 5 pairs.
var (
	atTerm = []float64{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}
	early  = []float64{1.15, 0.88, 0.90, 0.74, 1.21}
)

func TestImprovementIsMannWhitney(t *testing.T) {
	p, _, _ := Improvement([][]float64{atTerm}, [][]float64{early}, 10, 1)
	near(t, "p", p, 35.0/50, 1e-15)
	// The mean over tasks, and ties at half: (0.7 + (1 + 0.5 + 0 + 1 + 1 + 0.5)/6)/2.
	p, _, _ = Improvement([][]float64{atTerm, {2, 1, 3}}, [][]float64{early, {2, 1}}, 10, 1)
	near(t, "p", p, (0.7+(0.5+1+0+0.5+1+1)/6)/2, 1e-15)
}

// exactly runs a statistic over every equally likely draw of a few small tasks and
// returns the masses of its values.
func exactly(sizes []int, stat func([][]int) float64) []float64 {
	draw := make([][]int, len(sizes))
	for i, n := range sizes {
		draw[i] = make([]int, n)
	}
	var values []float64
	var fill func(i, j int)
	fill = func(i, j int) {
		switch {
		case i == len(sizes):
			values = append(values, stat(draw))
		case j == sizes[i]:
			fill(i+1, 0)
		default:
			for v := range sizes[i] {
				draw[i][j] = v
				fill(i, j+1)
			}
		}
	}
	fill(0, 0)
	slices.Sort(values)
	return values
}

// covers fails unless a limit from reps draws lies between the exact quantiles at p
// plus and minus 5 binomial standard errors: once in 1.7 million seeds a limit.
func covers(t *testing.T, what string, got float64, exact []float64, p float64, reps int) {
	t.Helper()
	slack := 5 * math.Sqrt(p*(1-p)/float64(reps))
	low := exact[int(math.Max(0, math.Floor((p-slack)*float64(len(exact)))))]
	high := exact[min(len(exact)-1, int(math.Ceil((p+slack)*float64(len(exact)))))]
	if got < low-1e-12 || got > high+1e-12 {
		t.Errorf("%s: got %v; every draw counted, it is from %v to %v", what, got, low, high)
	}
}

// A second implementation that counts all draws: three tasks of 3, 2 and 4 runs have
// 27 x 4 x 256 of them.
func TestIQMOverByEnumeration(t *testing.T) {
	tasks := [][]float64{{1, 2, 3.5}, {90, 101}, {-50, -49, -42, -47}}
	const reps = 20000
	iqm, lo, hi := IQMOver(tasks, reps, 11)
	near(t, "iqm", iqm, (-47-42+1+2+3.5)/5, 1e-13) // 9 values: two off either end
	exact := exactly([]int{3, 2, 4}, func(draw [][]int) float64 {
		var x []float64
		for i, runs := range draw {
			for _, j := range runs {
				x = append(x, tasks[i][j])
			}
		}
		slices.Sort(x)
		return average(x[2:7])
	})
	if len(exact) != 27*4*256 {
		t.Fatalf("%d draws", len(exact))
	}
	covers(t, "lo", lo, exact, 0.025, reps)
	covers(t, "hi", hi, exact, 0.975, reps)
	// Were the runs drawn from all tasks together, the limits would be others by far.
	blo, bhi := Bootstrap(slices.Concat(tasks...), IQM, reps, 11)
	if !(blo < lo-5 && bhi > hi+5) {
		t.Errorf("drawn within tasks [%v, %v], from all together [%v, %v]: the test cannot tell them apart", lo, hi, blo, bhi)
	}
}

func TestImprovementByEnumeration(t *testing.T) {
	x, y := [][]float64{{1, 4, 6}, {2, 2}}, [][]float64{{0, 4, 9}, {2, 1}}
	const reps = 20000
	count := func(dx, dy [][]int) float64 {
		mean := 0.0
		for t := range x {
			sum := 0.0
			for _, i := range dx[t] {
				for _, j := range dy[t] {
					if a, b := x[t][i], y[t][j]; a > b {
						sum += 2
					} else if a == b {
						sum++
					}
				}
			}
			mean += sum / float64(4*len(dx[t])*len(dy[t]))
		}
		return mean
	}
	p, lo, hi := Improvement(x, y, reps, 5)
	near(t, "p", p, (4.5/9+3.0/4)/2, 1e-15)
	exact := exactly([]int{3, 2, 3, 2}, func(d [][]int) float64 { return count(d[:2], d[2:]) })
	covers(t, "lo", lo, exact, 0.025, reps)
	covers(t, "hi", hi, exact, 0.975, reps)
}

// By counting places it is the same number as IQM of the draw, ties and all.
func TestIQMOverIsIQM(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.SliceOfN(rapid.Map(rapid.IntRange(-4, 4), func(i int) float64 { return float64(i) }), 1, 5)
		tasks := rapid.SliceOfN(runs, 1, 4).Draw(t, "tasks")
		seed := rapid.Uint64().Draw(t, "seed")
		_, lo, hi := IQMOver(tasks, 1, seed)
		var want float64
		Stratified(sizes(tasks), func(draw [][]int) float64 {
			var x []float64
			for i, runs := range draw {
				for _, j := range runs {
					x = append(x, tasks[i][j])
				}
			}
			want = IQM(x)
			return want
		}, 1, seed)
		if math.Abs(lo-want) > 1e-13 || lo != hi {
			t.Errorf("got %v and %v, want %v", lo, hi, want)
		}
	})
}

// Infinities are ranks like others.
func TestImprovementOfInfinities(t *testing.T) {
	inf := math.Inf(1)
	p, _, _ := Improvement([][]float64{{inf, 1, -inf}}, [][]float64{{inf, -inf}}, 5, 1)
	near(t, "p", p, (0.5+1+0+1+0+0.5)/6, 1e-15)
}

// What is to be had of x over y and of y over x is one in all, and no growing
// transformation changes it.
func TestImprovementIsOfRanks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		task := rapid.SliceOfN(rapid.SliceOfN(rapid.Map(rapid.IntRange(-3, 3), func(i int) float64 { return float64(i) }), 4, 4), 2, 2)
		x, y := task.Draw(t, "x"), task.Draw(t, "y")
		p, _, _ := Improvement(x, y, 1, 0)
		q, _, _ := Improvement(y, x, 1, 0)
		if math.Abs(p+q-1) > 1e-15 {
			t.Errorf("%v and %v", p, q)
		}
		for _, tasks := range [][][]float64{x, y} {
			for _, runs := range tasks {
				for i := range runs {
					runs[i] = math.Exp(runs[i])
				}
			}
		}
		if r, _, _ := Improvement(x, y, 1, 0); r != p {
			t.Errorf("%v, of exponentials %v", p, r)
		}
	})
}

func TestStratifiedEdges(t *testing.T) {
	nan := func(what string, values ...float64) {
		t.Helper()
		for _, v := range values {
			if !math.IsNaN(v) {
				t.Errorf("%s: got %v, want NaN", what, values)
				return
			}
		}
	}
	three := func(a, b, c float64) []float64 { return []float64{a, b, c} }
	nan("no tasks", three(IQMOver(nil, 10, 0))...)
	nan("NaN", three(IQMOver([][]float64{{1, math.NaN()}}, 10, 0))...)
	nan("no tasks", three(Improvement(nil, nil, 10, 0))...)
	nan("another number of tasks", three(Improvement([][]float64{{1}}, nil, 10, 0))...)
	nan("no runs", three(Improvement([][]float64{{}}, [][]float64{{1}}, 10, 0))...)
	nan("NaN", three(Improvement([][]float64{{math.NaN()}}, [][]float64{{1}}, 10, 0))...)
	iqm, lo, hi := IQMOver([][]float64{{3, 5}, {}}, 10, 0)
	near(t, "a task without runs", iqm, 4, 0)
	nan("a task without runs", lo, hi)
	p, lo, hi := Improvement([][]float64{{3}}, [][]float64{{2}}, 0, 0)
	near(t, "no draws", p, 1, 0)
	nan("no draws", lo, hi)
	if a, b, c := IQMOver([][]float64{{7, 7}, {7, 7}}, 10, 0); a != 7 || b != 7 || c != 7 {
		t.Errorf("all equal: %v [%v, %v]", a, b, c)
	}
}
