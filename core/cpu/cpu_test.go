package cpu

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestSelect(t *testing.T) {
	before := Kernel()
	defer Select(before)
	for _, name := range Kernels() {
		if err := Select(name); err != nil || Kernel() != name {
			t.Errorf("Select(%q): %v; runs %s", name, err, Kernel())
		}
	}
	kept := Kernel()
	for _, name := range []string{"sse2", "AVX2", "avx512 ", "portable,avx2"} {
		err := Select(name)
		if want := `core/cpu: BENCH_KERNEL: got "` + name + `"; have ` + strings.Join(Kernels(), ", "); err == nil || err.Error() != want {
			t.Errorf("Select(%q): %v, want %s", name, err, want)
		}
		if Kernel() != kept {
			t.Errorf("Select(%q) was refused, and changed the kernel to %s", name, Kernel())
		}
	}
	if err := Select(""); err != nil || Kernel() != Kernels()[0] {
		t.Errorf(`Select(""): %v; runs %s, want %s`, err, Kernel(), Kernels()[0])
	}
}

// TestStart runs this test binary again under each value of the variable.
func TestStart(t *testing.T) {
	if os.Getenv("BENCH_CPU_CHILD") != "" {
		if err := Start(); err != nil {
			os.Stdout.WriteString("refused: " + err.Error() + "\n")
		}
		os.Stdout.WriteString("runs " + Kernel() + "\n")
		return
	}
	for _, name := range append(Kernels(), "mmx") {
		cmd := exec.Command(os.Args[0], "-test.run=^TestStart$")
		cmd.Env = append(os.Environ(), Env+"="+name, "BENCH_CPU_CHILD=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		want := "runs " + name + "\n"
		if name == "mmx" {
			want = `refused: core/cpu: BENCH_KERNEL: got "mmx"; have `
		}
		if !strings.Contains(string(out), want) {
			t.Errorf("%s=%s: got %q, want %q in it", Env, name, out, want)
		}
	}
}
