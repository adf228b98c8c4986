package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vibench/bench/speed"
)

func (a *app) speed() *cobra.Command {
	var asJSON, quick bool
	c := &cobra.Command{
		Use:   "speed",
		Short: "this machine's limits and our share of them",
		Long: `speed measures the peak of the multiply-add units, products at the shapes of an
autoencoder's step, elementwise functions on every kernel the machine has,
training steps, and the signal-to-noise toy. Medians, with minimum and maximum; on
a shared machine compare ratios within one run only.`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			o := speed.Options{Progress: func(what string) { fmt.Fprintln(a.err, what) }}
			if quick {
				o.Block, o.Blocks = 2*time.Millisecond, 3
			}
			r, err := speed.Measure(c.Context(), o)
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(a.out)
				e.SetIndent("", " ")
				return e.Encode(r)
			}
			return a.speedTable(r)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for machines")
	c.Flags().BoolVar(&quick, "quick", false, "short blocks: a look, not a measurement")
	return c
}

func (a *app) speedTable(r speed.Report) error {
	fmt.Fprintf(a.out, "kernel %s; peak %.0f GFLOP/s float32, %.0f float64, one core\n\n", r.Kernel, r.Peak.F32, r.Peak.F64)
	var products, functions, steps [][]any
	for _, p := range r.GEMM {
		products = append(products, []any{p.Op, p.M, p.N, p.K, p.Kernel, p.GFLOPS, p.Min, p.Max, 100 * p.Share})
	}
	for _, e := range r.Elementwise {
		functions = append(functions, []any{e.Name, e.Kernel, e.NS, e.Min, e.Max})
	}
	for _, s := range r.Steps {
		steps = append(steps, []any{s.Estimator, s.K, s.M, s.Threads, s.PerS, s.Min, s.Max, 100 * s.GEMMShare})
	}
	for _, t := range []struct {
		head, row string
		rows      [][]any
	}{
		{"product\tm\tn\tk\tkernel\tGFLOP/s\tmin\tmax\tof peak\t", "%s\t%d\t%d\t%d\t%s\t%.1f\t%.1f\t%.1f\t%.0f %%\t\n", products},
		{"function\tkernel\tns an element\tmin\tmax\t", "%s\t%s\t%.2f\t%.2f\t%.2f\t\n", functions},
		{"step\tk\tm\tthreads\tsteps/s\tmin\tmax\tproducts at peak\t", "%s\t%d\t%d\t%d\t%.0f\t%.0f\t%.0f\t%.0f %%\t\n", steps},
	} {
		w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(w, t.head)
		for _, r := range t.rows {
			fmt.Fprintf(w, t.row, r...)
		}
		fmt.Fprintln(w)
		if err := w.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(a.out, "signal-to-noise toy: %.1f ns a random number (%.1f to %.1f)\n", r.SNR, r.SNRMin, r.SNRMax)
	return err
}
