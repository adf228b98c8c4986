package estimators

import "github.com/vibench/bench/vi"

// VRIWAEDReG is the VR-IWAE bound, that of VRAlpha with alpha from 0 to 1 read as
// a bound in its own right, doubly reparameterised: DReG at alpha = 0, STL's path
// term with equal weights at 1.
//
//	theta: sum_k v_k d log p(x,z_k)        phi: sum_k ( alpha v_k + (1-alpha) v_k^2 ) P_k
//
// with v = softmax((1-alpha) log w).
//
// Needs path.
// Unbiased for the mean of VRAlpha, in both networks.
// Costs K densities of p and of q a datum, one sweep.
//
// Daudel, Benton, Shi and Doucet 2023 (2210.06226).
type VRIWAEDReG struct {
	K     int     `name:"k" min:"1" doc:"samples a datum"`
	Alpha float64 `name:"alpha" min:"0" max:"1" doc:"order"`
}

func (e VRIWAEDReG) Card() vi.Card {
	return vi.Card{Name: "vr-iwae-dreg", Paper: "2210.06226", PerDatum: true, Needs: []vi.Cap{vi.Path}, K: e.K, Target: renyi(e.Alpha, e.K)}
}

func (e VRIWAEDReG) Estimate(s *vi.Step) vi.Direction {
	w := s.Weigh(e.K)
	v := w.LogW.Scale(1 - e.Alpha).SoftmaxK()
	return w.Raise(v, v.Scale(e.Alpha).Add(v.Mul(v).Scale(1-e.Alpha)), vi.None)
}
