package tape

// op names an operation; what it computes and how it is pulled back stand in
// the file of its family.
type op uint8

const (
	opNil op = iota

	// head: [K,B], float64 (head.go, overk.go)
	opConst
	opStop
	opAdd
	opSub
	opMul
	opScale
	opExp
	opSum     // over everything, to [1,1]
	opDot     // sum of products over everything, to [1,1]
	opSumK    // over K, to [1,B]
	opSoftK   // softmax over K
	opLSEK    // log sum exp over K, to [1,B]
	opOthersK // mean of the other K-1
	opGroups  // the same values, K cut into groups

	// body: rows x features (affine.go, body.go)
	opLeaf
	opParam
	opAffine
	opBAdd
	opBSub
	opBMul
	opBScale
	opApply
	opReparam
	opSpread
	opCentre
	opCols
	opLogSoft  // log-softmax within groups of features (groups.go)
	opGroupSum // sum of a group, in place of each of its members
	opThrough  // the value of one node, the derivative of another (through.go)
	opKnown    // a value with given derivatives (known.go)
	opActive   // one of them

	// from body to head, one number a row (frontier.go)
	opNormal
	opBernoulli
	opKLNormal
	opRowSum
)

func (o op) String() string {
	return [...]string{"nil", "Const", "Stop", "Add", "Sub", "Mul", "Scale", "Exp", "Sum", "Dot", "SumK", "SoftmaxK",
		"LogSumExpK", "OthersMeanK", "Groups", "Leaf", "Param", "Affine", "Add", "Sub", "Mul", "Scale", "Apply",
		"Reparam", "Spread", "Centre", "Cols", "LogSoftmax", "GroupSum", "Through", "Known", "Active", "NormalLogProb", "BernoulliLogProb", "KLNormal", "RowSum"}[o]
}

// Act is an activation, applied by Affine and Apply.
type Act uint8

const (
	Linear Act = iota
	Tanh
	Sigmoid
	Softplus
	ReLU
	Exp
)

// Acts are the names of the activations, in order of their values.
var Acts = []string{"linear", "tanh", "sigmoid", "softplus", "relu", "exp"}

func (a Act) String() string { return Acts[a] }
