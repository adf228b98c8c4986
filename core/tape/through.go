package tape

// Through has the value of one node and the derivative of another, soft + stop(value
// - soft) without its rounding: a hard sample with the path of a relaxed one, the
// straight-through device. It is biased wherever the two differ; whoever uses it
// declares so. Value and soft may be one node: then it is a sample as it stands.
// The result is a live sample, which Freeze leaves alone; soft's rows are spread.
func (t *Tape) Through(value, soft Node) Node {
	v, s := *value.rec(), *soft.rec()
	if v.head || s.head || v.cols != s.cols || v.rows%s.rows != 0 {
		panic("tape: Through: " + value.describe() + " and " + soft.describe() + ": shapes differ")
	}
	if value.id != soft.id {
		value = value.Stop()
	}
	return t.bodyNode(node{op: opThrough, rows: v.rows, cols: v.cols, in: [5]int32{value.id, soft.id}, reach: drawn})
}
