// Command bench runs experiments on variational inference: a suite file in,
// verdicts on a paper's claims out. See bench help.
package main

import "github.com/vibench/bench/cmd/bench/cli"

func main() { cli.Main() }
