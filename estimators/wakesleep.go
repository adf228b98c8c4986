package estimators

import "github.com/vibench/bench/vi"

// WakeSleep raises a bound in one network only. Awake, p follows samples of q on
// the data, with equal weights or, as in reweighted wake-sleep, by their shares;
// asleep, q follows dreams of p, a dream for each datum.
//
//	theta: sum_k c_k d log p(x,z_k),  z_k ~ q(z|x),  c = 1/K or v        phi: d log q(z|x),  (z,x) ~ p
//
// Needs score and simulate.
// Unbiased for the ELBO (equal weights) or E[L_K] (weighted) in theta; in phi, for -E_p KL(p(z|x) || q(z|x)) over p's own data.
// Costs K densities of p, one of q, and a dream a datum; K of q more if weighted.
//
// Hinton, Dayan, Frey and Neal 1995; weighted, Bornschein and Bengio 2015 (1406.2751).
type WakeSleep struct {
	K    int    `name:"k" min:"1" doc:"samples a datum while awake"`
	Wake string `name:"wake" choices:"equal|weighted" doc:"weights of the samples while awake"`
}

func (e WakeSleep) Card() vi.Card {
	c := vi.Card{
		Name: "wake-sleep", Paper: "1406.2751", PerDatum: true, Needs: []vi.Cap{vi.Score, vi.Simulate}, K: e.K, Target: "sleep", GenTarget: "elbo",
		Bias: "q follows p's own data, and KL(p || q)",
	}
	if e.Wake == "weighted" {
		c.GenTarget = iwae(e.K)
	}
	return c
}

func (e WakeSleep) Estimate(s *vi.Step) vi.Direction {
	q := s.Posterior()
	z := q.Sample(s.Noise("z"), e.K)
	lp := s.LogJoint(z)
	c := lp.Const(1 / float64(e.K))
	if e.Wake == "weighted" {
		c = lp.Sub(s.LogQ(q, z)).SoftmaxK().Stop()
	}
	dream, x := s.Simulate()
	sleep := s.LogQ(s.At(x).Posterior(), dream)
	return s.Ascend(vi.Surrogate{Gen: c.Mul(lp).MeanB(), Inf: sleep.Mean()})
}
