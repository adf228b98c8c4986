//go:build race

package vi_test

const raceEnabled = true
