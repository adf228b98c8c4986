package rng

import (
	"math"
	"testing"
)

// The first points, unshifted, as the published generator prints them.
func TestSobolPoints(t *testing.T) {
	want := [][]float64{{0, 0, 0, 0}, {.5, .5, .5, .5}, {.75, .25, .25, .25}, {.25, .75, .75, .75}, {.375, .375, .625, .875}, {.875, .875, .125, .375}, {.625, .125, .875, .625}, {.125, .625, .375, .125}}
	got := make([]float64, 4*len(want))
	Sobol(got, 4, make([]float64, 4))
	for i, x := range got {
		if x != want[i/4][i%4] {
			t.Errorf("point %d is %v, want %v", i/4, got[i/4*4:i/4*4+4], want[i/4])
		}
	}
}

// Whatever the shift, 2^m points have one in each of 2^m equal intervals of every
// coordinate, and of the first two coordinates one in each box of area 2^-m, a (0,m,2)-net.
func TestSobolIsANet(t *testing.T) {
	for seed := range 5 {
		shift := make([]float64, MostSobol)
		Root(uint64(seed)).Uniform64(shift, 0)
		for m := 1; m <= 10; m++ {
			n := 1 << m
			x := make([]float64, n*MostSobol)
			Sobol(x, MostSobol, shift)
			for j := range MostSobol {
				seen := make([]bool, n)
				for i := range n {
					u := x[i*MostSobol+j]
					if !(u > 0 && u < 1) {
						t.Fatalf("coordinate %d of point %d is %v", j, i, u)
					}
					seen[int(u*float64(n))] = true
				}
				for c, ok := range seen {
					if !ok {
						t.Fatalf("m = %d: coordinate %d has no point in cell %d", m, j, c)
					}
				}
			}
			for a := 0; a <= m; a++ {
				seen := make([]bool, n)
				for i := range n {
					u, v := x[i*MostSobol], x[i*MostSobol+1]
					seen[int(u*float64(int(1)<<a))<<(m-a)|int(v*float64(int(1)<<(m-a)))] = true
				}
				for c, ok := range seen {
					if !ok {
						t.Fatalf("m = %d: the first two coordinates leave box %d of 2^-%d x 2^-%d empty", m, c, a, m-a)
					}
				}
			}
		}
	}
}

// A polynomial of degree s over GF(2) is primitive if x has order 2^s - 1 modulo it, and the
// first numbers are odd and below 2^b: what the sequence needs of its table.
func TestSobolTable(t *testing.T) {
	seen := map[uint32]bool{}
	for j, c := range sobolTable {
		poly := 1<<c.s | c.a<<1 | 1
		if seen[poly] {
			t.Errorf("coordinate %d: polynomial %b again", j+2, poly)
		}
		seen[poly] = true
		x, order := uint32(1), 0
		for {
			x <<= 1
			if x>>c.s&1 == 1 {
				x ^= poly
			}
			order++
			if x == 1 || order > 1<<c.s {
				break
			}
		}
		if order != 1<<c.s-1 {
			t.Errorf("coordinate %d: x has order %d modulo %b, want %d", j+2, order, poly, 1<<c.s-1)
		}
		for b := range c.s {
			if m := c.m[b]; m&1 == 0 || m >= 2<<b {
				t.Errorf("coordinate %d: number %d is %d", j+2, b+1, m)
			}
		}
	}
}

// A smooth mean by shifted points is unbiased and far better than by independent ones:
// over 200 shifts z-scores of its mean stay below 4.5 (7e-6 by chance) and its sd below a
// tenth of that of as many independent points.
func TestSobolMeans(t *testing.T) {
	const n, shifts, d = 256, 200, 4
	x, shift := make([]float64, n*d), make([]float64, d)
	sum, square := 0.0, 0.0
	for r := range shifts {
		Root(uint64(r)).Fold("shift").Uniform64(shift, 0)
		Sobol(x, d, shift)
		mean := 0.0
		for i := 0; i < len(x); i += d {
			f := 1.0
			for _, u := range x[i : i+d] {
				f *= 1 + (u - 0.5)
			}
			mean += f / n
		}
		sum += mean - 1
		square += (mean - 1) * (mean - 1)
	}
	sd := math.Sqrt(square/shifts - sum*sum/shifts/shifts)
	alone := math.Sqrt((math.Pow(1+1./12, d) - 1) / n)
	if z := sum / shifts / (sd / math.Sqrt(shifts)); math.Abs(z) > 4.5 {
		t.Errorf("the mean is off by %.1f standard errors", z)
	}
	if sd > alone/10 {
		t.Errorf("sd %.2g; that of independent points is %.2g", sd, alone)
	}
}

// In float32 points are those of float64 to half a cell of 2^-23, and never 0 or 1.
func TestSobol32(t *testing.T) {
	const n, d = 4096, 5
	shift, x, y := make([]float64, d), make([]float64, n*d), make([]float32, n*d)
	Root(3).Uniform64(shift, 0)
	short := make([]float32, d)
	Root(3).Uniform32(short, 0)
	Sobol(x, d, shift)
	Sobol(y, d, short)
	for i, u := range y {
		if !(u > 0 && u < 1) || math.Abs(float64(u)-x[i]) > 0x1p-22 {
			t.Fatalf("entry %d is %v in float32, %v in float64", i, u, x[i])
		}
	}
}

func TestSobolRefuses(t *testing.T) {
	for _, f := range []func(){
		func() { Sobol(make([]float64, 3), 2, make([]float64, 2)) },
		func() { Sobol(make([]float64, 2), 2, make([]float64, 1)) },
		func() { Sobol(make([]float64, 34), 17, make([]float64, 17)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		}()
	}
}
