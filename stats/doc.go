// Package stats holds the tests that turn numbers over seeds into verdicts:
// the paired t interval and its one-sided and equivalence forms, exact
// permutation and rank tests, goodness of fit, adjustment for many claims,
// resampling for display, and the two-stage regression gate.
//
// Conventions, everywhere in the package:
//
//   - Functions are pure: the same arguments give the same answer. Whatever has
//     to draw takes a seed and addresses its own generator by counter.
//   - Alternatives are one-sided towards larger values unless a name says
//     otherwise; negate the data for the other side.
//   - An interval is two-sided 95 %; a one-sided limit is at 5 %.
//   - Bad input never panics. Functions with an error say what was wrong; those
//     without return NaN, and the adjustments for many claims count a NaN as a
//     claim without evidence.
//   - Warnings are values on results, for the reader of the number.
//
// Nothing here is meant for the inside of an experiment: the answers are printed
// to a few digits and never enter a comparison of bits.
package stats
