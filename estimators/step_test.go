package estimators_test
import ("testing";"fmt";"github.com/vibench/bench/core/rng";"github.com/vibench/bench/core/tape";"github.com/vibench/bench/core/optim";"github.com/vibench/bench/datasets";"github.com/vibench/bench/estimators";"github.com/vibench/bench/models";"github.com/vibench/bench/vi")
func BenchmarkStep(b *testing.B){
 for _,k:=range []int{1,5,50}{ for _,th:=range []int{1,2}{
 b.Run(fmt.Sprintf("k=%d/threads=%d",k,th),func(b *testing.B){
  w:=work(b,tape.Float32,models.VAE{Latent:50,Hidden:[]int{200,200},Act:"tanh"},datasets.Bits{N:200,Dim:784,Latent:5},0)
  w.Threads=th
  e:=estimators.IWAE{K:k}
  r:=optim.Adam{Rate:.001,Beta1:.9,Beta2:.999,Eps:1e-8}
  g,i:=w.Params.Vector(tape.Gen).F32(),w.Params.Vector(tape.Inf).F32()
  sg,si:=optim.NewState[float32](r,len(g)),optim.NewState[float32](r,len(i))
  for t:=0;b.Loop();t++{
   d:=w.Estimate(e,t,w.All[:20],&vi.Keyed{Key:rng.Noise(0,uint64(t))})
   r.Step32(g,d.Gen.Ascend.F32(),sg,1); r.Step32(i,d.Inf.Ascend.F32(),si,1)
  }
  b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(),"steps/s")
 })}}
}
