// Gen writes the sets that come with the program as parts of larger ones: the first
// 2000 and the first 500 images of fashion-mnist and of omniglot28, read from the data
// directory of BENCH_DATA. It prints the SHA-256 of what it writes, before compression,
// which small.go states.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/vibench/bench/core/rng"
	"github.com/vibench/bench/datasets"
	"github.com/vibench/bench/vi"
)

const train, test = 2000, 500

func main() {
	log.SetFlags(0)
	fashion, omniglot := datasets.NewFashionMNIST(), datasets.NewOmniglot28()
	for _, s := range []struct {
		name string
		set  interface {
			vi.Dataset
			vi.Filed
		}
	}{{"fashion-small", fashion}, {"omniglot-small", omniglot}} {
		s.set.ReadFrom(os.Getenv("BENCH_DATA"))
		set, err := vi.With[vi.Dataset](s.set, map[string]any{"binarise": "none", "train": train, "test": test})
		if err != nil {
			log.Fatal(err)
		}
		data, err := set.Make(rng.Key{})
		if err != nil {
			log.Fatal(s.name, ": ", err)
		}
		write(s.name+"-train-idx3-ubyte", data)
		write(s.name+"-test-idx3-ubyte", data.Test)
	}
}

// write writes images as an IDX file, compressed, into the folder small.
func write(name string, d *vi.Data) {
	content := []byte{0, 0, 8, 3}
	for _, n := range []int{d.N, d.Image[0], d.Image[1]} {
		content = binary.BigEndian.AppendUint32(content, uint32(n))
	}
	for _, x := range d.X {
		content = append(content, byte(math.Round(255*x)))
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = os.WriteFile(filepath.Join("small", name+".gz"), b.Bytes(), 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%x  %s\n", sha256.Sum256(content), name)
}
