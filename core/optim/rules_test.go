package optim

import (
	"math"
	"testing"

	"github.com/vibench/bench/core/vec"
	"pgregory.net/rapid"
)

var rules = []Rule{
	SGD{Rate: 0.1},
	SGD{Rate: 0.1, Momentum: 0.9},
	SGD{Rate: 0.1, Momentum: 0.9, Nesterov: true},
	Adam{Rate: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8},
	Adam{Rate: 0.01, Beta1: 0, Beta2: 0.99, Eps: 1e-4},
	Adagrad{Rate: 0.1, Eps: 1e-8},
	Step{Rho: 0.3},
	Step{Rho: 1},
	Adam{Rate: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-4, Hat: true, Start: 0.04},
	Adagrad{Rate: 0.1, Eps: 1e-8, Decay: 1e-9}, // so little that it climbs to the top
}

func near(t *testing.T, name string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) {
		t.Errorf("%s is %.17g, want %.17g", name, got, want)
	}
}

// TestFirstSteps has them in closed form.
func TestFirstSteps(t *testing.T) {
	g := -2.5
	for i, want := range []float64{0.1 * g, 0.1 * g, 0.1 * 1.9 * g,
		-0.01 * 2.5 / (2.5 + 1e-8), -0.01 * 2.5 / (2.5 + 1e-4), -0.1 * 2.5 / (2.5 + 1e-8), 0.3 * (g - 4), g - 4,
		// corrected by sqrt(0.001): the moment with its start, and eps as it is
		-0.01 * 2.5 * math.Sqrt(0.001) / (math.Sqrt(0.999*0.04+0.001*2.5*2.5) + 1e-4), -0.1 * 2.5 / (2.5 + 1e-8)} {
		theta := []float64{4}
		rules[i].Step64(theta, []float64{g}, NewState[float64](rules[i], 1), 1)
		near(t, "first step", theta[0]-4, want, 1e-15*10)
	}
}

// TestAdamAsPublished follows algorithm 1 of Kingma and Ba line by line, powers
// by math.Pow and moments from their sums over history (their equation 1).
func TestAdamAsPublished(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		gs := rapid.SliceOfN(rapid.Float64Range(-10, 10), 1, 40).Draw(rt, "g")
		b1 := rapid.Float64Range(0, 0.95).Draw(rt, "beta1")
		b2 := rapid.Float64Range(0, 0.9999).Draw(rt, "beta2")
		r := Adam{Rate: 0.05, Beta1: b1, Beta2: b2, Eps: 1e-6}
		st := NewState[float64](r, 1)
		theta, want := []float64{1}, 1.0
		for i := range gs {
			n := float64(i + 1)
			var m, v float64
			for j, g := range gs[:i+1] {
				m += (1 - b1) * math.Pow(b1, n-1-float64(j)) * g
				v += (1 - b2) * math.Pow(b2, n-1-float64(j)) * g * g
			}
			mHat, vHat := m/(1-math.Pow(b1, n)), v/(1-math.Pow(b2, n))
			want += 0.5 * 0.05 * mHat / (math.Sqrt(vHat) + 1e-6)
			r.Step64(theta, gs[i:i+1], st, 0.5)
			if math.Abs(theta[0]-want) > 1e-9 {
				rt.Fatalf("after %v steps theta is %v, want %v", n, theta[0], want)
			}
		}
		if st.Scalars[2] != float64(len(gs)) {
			rt.Fatalf("%v steps counted, want %d", st.Scalars[2], len(gs))
		}
	})
}

// TestAdamStartAndHat follows the moments from their start in the form of the end
// of section 2: theta += rate sqrt(1-b2^t)/(1-b1^t) m / (sqrt(v) + eps-hat).
func TestAdamStartAndHat(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		gs := rapid.SliceOfN(rapid.Float64Range(-10, 10), 1, 40).Draw(rt, "g")
		b1, b2 := rapid.Float64Range(0, 0.99).Draw(rt, "beta1"), rapid.Float64Range(0, 0.9999).Draw(rt, "beta2")
		start := rapid.Float64Range(0, 2).Draw(rt, "start")
		r := Adam{Rate: 0.05, Beta1: b1, Beta2: b2, Eps: 1e-4, Hat: true, Start: start}
		st := NewState[float64](r, 1)
		theta, want, m, v := []float64{1}, 1.0, 0.0, start
		for i, g := range gs {
			n := float64(i + 1)
			m, v = b1*m+(1-b1)*g, b2*v+(1-b2)*g*g
			want += 0.05 * math.Sqrt(1-math.Pow(b2, n)) / (1 - math.Pow(b1, n)) * m / (math.Sqrt(v) + 1e-4)
			r.Step64(theta, gs[i:i+1], st, 1)
			if math.Abs(theta[0]-want) > 1e-9 {
				rt.Fatalf("after %v steps theta is %v, want %v", n, theta[0], want)
			}
		}
	})
}

// TestDecay: the direction gains that of a Gaussian prior, -theta, in a share.
func TestDecay(t *testing.T) {
	theta := []float64{4, -2}
	r := Adagrad{Rate: 0.5, Decay: 0.1}
	st := NewState[float64](r, 2)
	r.Step64(theta, []float64{1, 1}, st, 1)
	for i, want := range []float64{4.5, -1.5} {
		near(t, "theta", theta[i], want, 1e-15)
	}
	r.Step64(theta, []float64{0, 0}, st, 1)
	for i, want := range []float64{4.5 - 0.5*0.45/math.Hypot(0.6, 0.45), -1.5 + 0.5*0.15/math.Hypot(1.2, 0.15)} {
		near(t, "theta", theta[i], want, 1e-15)
	}
}

// TestSGDDecay: each form of SGD with a decay is the one without along the direction
// less decay theta.
func TestSGDDecay(t *testing.T) {
	for _, r := range rules[:3] {
		plain := r.(SGD)
		with := plain
		with.Decay = 0.3
		a, b := []float64{4, -2, 0.7, 1, 5}, []float64{4, -2, 0.7, 1, 5}
		sa, sb := NewState[float64](plain, 5), NewState[float64](with, 5)
		for step := range 20 {
			dir, less := make([]float64, 5), make([]float64, 5)
			for i := range dir {
				dir[i] = float64(step-3*i) / 7
				less[i] = dir[i] - float64(0.3*a[i])
			}
			plain.Step64(a, less, sa, 0.9)
			with.Step64(b, dir, sb, 0.9)
			for i, x := range a {
				near(t, "theta", b[i], x, 1e-14)
			}
		}
	}
	// at rest where the direction is decay theta
	r := SGD{Rate: 0.5, Decay: 0.25}
	theta := []float32{8}
	r.Step32(theta, []float32{2}, NewState[float32](r, 1), 1)
	if theta[0] != 8 {
		t.Errorf("got %v; want 8", theta[0])
	}
}

// TestNesterovIsSutskevers runs equations 3 and 4 of Sutskever et al.:
//
//	v' = mu v + rate grad f(x + mu v),   x' = x + v'
//
// on a quadratic and compares x + mu v, where the gradient is taken, with ours.
func TestNesterovIsSutskevers(t *testing.T) {
	const rate, mu = 0.02, 0.9
	grad := func(x float64) float64 { return -3 * (x - 2) }
	r := SGD{Rate: rate, Momentum: mu, Nesterov: true}
	st := NewState[float64](r, 1)
	theta := []float64{-1}
	x, v := -1.0, 0.0
	for i := range 200 {
		v = mu*v + rate*grad(x+mu*v)
		x += v
		r.Step64(theta, []float64{grad(theta[0])}, st, 1)
		if want := x + mu*v; math.Abs(theta[0]-want) > 1e-13 {
			t.Fatalf("after %d steps at %v, want %v", i+1, theta[0], want)
		}
	}
}

// TestMomentumIsPolyaks: theta' = theta + rate g + mu (theta - theta before).
func TestMomentumIsPolyaks(t *testing.T) {
	r := SGD{Rate: 0.05, Momentum: 0.8}
	st := NewState[float64](r, 1)
	theta := []float64{3}
	last, now := 3.0, 3.0
	for range 100 {
		g := -now
		last, now = now, now+0.05*g+0.8*(now-last)
		r.Step64(theta, []float64{-theta[0]}, st, 1)
		near(t, "theta", theta[0], now, 1e-14)
	}
}

// TestAscend climbs -(x-3)^2/2 - 10 (y+1)^2/2 in both precisions, which agree.
func TestAscend(t *testing.T) {
	for _, r := range rules {
		theta, dir := []float64{-4, 5}, make([]float64, 2)
		thetaF, dirF := []float32{-4, 5}, make([]float32, 2)
		st, stF := NewState[float64](r, 2), NewState[float32](r, 2)
		_, target := r.(Step)
		for i := range 20000 {
			factor := 1.0
			if _, ok := r.(Adam); ok { // at a fixed rate it circles the top
				factor = 1 / (1 + float64(i)/1000)
			}
			if target {
				dir[0], dir[1], dirF[0], dirF[1] = 3, -1, 3, -1
			} else {
				dir[0], dir[1] = 3-theta[0], -10*(theta[1]+1)
				dirF[0], dirF[1] = 3-thetaF[0], -10*(thetaF[1]+1)
			}
			if s, ok := r.(SGD); ok && s.Momentum != 0 {
				factor *= 0.1
			}
			Advance(r, theta, dir, st, factor)
			Advance(r, thetaF, dirF, stF, factor)
		}
		for i, want := range []float64{3, -1} {
			near(t, "theta", theta[i], want, 1e-6)
			near(t, "float32 theta", float64(thetaF[i]), want, 1e-4)
		}
	}
}

func TestPrecisionsAgree(t *testing.T) {
	for _, r := range rules {
		rapid.Check(t, func(rt *rapid.T) {
			const n = 9
			theta, thetaF := make([]float64, n), make([]float32, n)
			dir, dirF := make([]float64, n), make([]float32, n)
			st, stF := NewState[float64](r, n), NewState[float32](r, n)
			for range rapid.IntRange(1, 20).Draw(rt, "steps") {
				for i := range dir {
					dirF[i] = rapid.Float32Range(0.1, 5).Draw(rt, "g")
					dir[i] = float64(dirF[i])
				}
				Advance(r, theta, dir, st, 1)
				Advance(r, thetaF, dirF, stF, 1)
			}
			for i := range theta {
				if math.Abs(theta[i]-float64(thetaF[i])) > 1e-4*max(1, math.Abs(theta[i])) {
					rt.Fatalf("%#v: float32 is at %v, float64 at %v", r, thetaF[i], theta[i])
				}
			}
		})
	}
}

// TestEntriesAreIndependent: each moves as it would alone.
func TestEntriesAreIndependent(t *testing.T) {
	for _, r := range rules {
		const n = 13
		theta, dir := make([]float64, n), make([]float64, n)
		st := NewState[float64](r, n)
		one, oneSt := []float64{0}, NewState[float64](r, 1)
		for s := range 5 {
			for i := range dir {
				dir[i] = float64((i*7+s*3)%11) - 4.5
			}
			r.Step64(theta, dir, st, 1)
			r.Step64(one, dir[n-1:], oneSt, 1)
		}
		if theta[n-1] != one[0] {
			t.Errorf("%#v: %v among others, %v alone", r, theta[n-1], one[0])
		}
	}
}

// TestRestoredStateContinues copies the state out half way and goes on from the copy.
func TestRestoredStateContinues(t *testing.T) {
	for _, r := range rules {
		dir := func(s int) []float32 { return []float32{float32(s%5) - 1.7, 1 / float32(s+1)} }
		a, b := []float32{1, 2}, []float32{0, 0}
		sa, sb := NewState[float32](r, 2), NewState[float32](r, 2)
		for s := range 40 {
			if s == 20 {
				copy(b, a)
				copy(sb.Scalars, sa.Scalars)
				for i := range sa.Slots {
					copy(sb.Slots[i], sa.Slots[i])
				}
			}
			r.Step32(a, dir(s), sa, 1)
			if s >= 20 {
				r.Step32(b, dir(s), sb, 1)
			}
		}
		if a[0] != b[0] || a[1] != b[1] {
			t.Errorf("%#v: %v, but %v restored", r, a, b)
		}
	}
}

func TestStepReachesTheTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		theta := []float64{rapid.Float64().Draw(t, "theta")}
		target := rapid.Float64().Draw(t, "target")
		Step{Rho: 1}.Step64(theta, []float64{target}, State[float64]{}, 1)
		if theta[0] != target {
			t.Fatalf("got %v, want exactly %v", theta[0], target)
		}
	})
}

// A float32 step has its rate times the schedule's factor in float64, rounded
// once; the factor is one at which rounding each of the two first is another number.
func TestRateIsRoundedOnce(t *testing.T) {
	const rate, mu, factor = 0.1, 0.9, 0.3
	once := float32(rate * factor)
	if r, f := float32(rate), float32(factor); r*f == once {
		t.Fatal("rounding twice gives the same rate: the test sees nothing")
	}
	g := []float32{1, -1, 1, -1, 1, -1, 1, -1, 1}
	for _, c := range []struct {
		rule  Rule
		reach float32 // of a first step, in units of its rate
	}{
		{SGD{Rate: rate}, 1},
		{SGD{Rate: rate, Momentum: mu}, 1},
		{SGD{Rate: rate, Momentum: mu, Nesterov: true}, 1 + float32(mu)},
		{Step{Rho: rate}, 1},
	} {
		onEach(t, func(kernel string) {
			theta := make([]float32, len(g))
			c.rule.Step32(theta, g, NewState[float32](c.rule, len(g)), factor)
			for i, v := range theta {
				if want := once * (c.reach * g[i]); v != want {
					t.Fatalf("%s: %#v: entry %d is %x, want %x", kernel, c.rule, i, v, want)
				}
			}
		})
	}
}

func TestNoAllocation(t *testing.T) {
	for _, r := range rules {
		theta, dir := make([]float32, 100), make([]float32, 100)
		st := NewState[float32](r, 100)
		if n := testing.AllocsPerRun(10, func() { Advance(r, theta, dir, st, 1) }); n != 0 {
			t.Errorf("%#v: %v allocations a step", r, n)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, r := range rules {
		if err := r.Check(); err != nil {
			t.Errorf("%#v: %v", r, err)
		}
	}
	for want, r := range map[string]interface{ Check() error }{
		"optim: adam: beta1 must be in [0, 1), got 1.2":                           Adam{Rate: 1, Beta1: 1.2},
		"optim: adam: rate must be in [0, +Inf), got NaN":                         Adam{Rate: math.NaN()},
		"optim: adam: start must be in [0, +Inf), got -1":                         Adam{Start: -1},
		"optim: adagrad: decay must be in [0, +Inf), got -1":                      Adagrad{Decay: -1},
		"optim: sgd: momentum must be in [0, 1), got 1":                           SGD{Momentum: 1},
		"optim: sgd: nesterov needs a momentum above 0":                           SGD{Nesterov: true},
		"optim: step: rho must be in [0, 1], got -0.5":                            Step{Rho: -0.5},
		"optim: adagrad: eps must be in [0, +Inf), got +Inf":                      Adagrad{Eps: math.Inf(1)},
		"optim: cosine: steps must be 1 or more, got 0":                           Cosine{From: 1},
		"optim: constant: factor must be in [0, +Inf), got -1":                    Constant(-1),
		"optim: stages: length 0 must be 1 or more, got 0":                        Stages{[]float64{1}, []int{0}},
		"optim: stages: need as many rates as lengths, one at least; got 0 and 0": Stages{},
		"optim: stages: rate 1 must be in [0, +Inf), got -2":                      Stages{[]float64{1, -2}, []int{1, 1}},
	} {
		if err := r.Check(); err == nil || err.Error() != want {
			t.Errorf("%#v: %v; want %s", r, err, want)
		}
	}
}

func TestShapesMustAgree(t *testing.T) {
	defer func() {
		if got, want := recover(), "optim: adam: needs 2 slots and 3 scalars, got 1 and 0"; got != want {
			t.Errorf("panic %v, want %s", got, want)
		}
	}()
	Adam{}.Step64([]float64{1}, []float64{1}, NewState[float64](Adagrad{}, 1), 1)
}

func BenchmarkAdam(b *testing.B) {
	benchmark[float32](b, "float32")
	benchmark[float64](b, "float64")
}

func benchmark[T vec.Float](b *testing.B, name string) {
	b.Run(name, func(b *testing.B) {
		const n = 4096
		r := Adam{Rate: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
		theta, dir, st := make([]T, n), make([]T, n), NewState[T](r, n)
		for i := range dir {
			dir[i] = T(i%13) - 6
		}
		for b.Loop() {
			Advance(r, theta, dir, st, 1)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
	})
}
