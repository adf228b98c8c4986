package main

import "github.com/mmcloughlin/avo/build"

func packs(c *build.Context) {}
