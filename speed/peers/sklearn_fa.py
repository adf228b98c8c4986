"""One step of EM on factor analysis in scikit-learn, to hold BenchmarkFAEM (models/fa_bench_test.go) beside.

10,000 data of 20 coordinates, x = W z + noise, five factors; float64. Fits of 1 and of 101
steps, by scikit-learn's default, a randomised SVD, and by LAPACK's whole one; a fit that ends
earlier, where rounding lowers its likelihood, is divided by the steps it made.

usage: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 taskset -c 0 python3 sklearn_fa.py
prints milliseconds a step, by the process's own time and by the wall.
"""
import time
import warnings

import numpy as np
from sklearn.decomposition import FactorAnalysis

warnings.filterwarnings("ignore")  # that it has not converged
N, D, H, STEPS = 10_000, 20, 5, 100
rng = np.random.RandomState(0)
x = rng.randn(N, H) @ rng.randn(H, D) + 0.5 * rng.randn(N, D)


def fit(steps, method):
    m = FactorAnalysis(H, tol=0, max_iter=steps, svd_method=method, random_state=0)
    cpu, wall = time.process_time(), time.perf_counter()
    m.fit(x)
    return time.process_time() - cpu, time.perf_counter() - wall, m.n_iter_


for method in "randomized", "lapack":
    one, many = fit(1, method), fit(1 + STEPS, method)
    cpu, wall, steps = (b - a for a, b in zip(one, many))
    print("%s: cpu %.2f ms, wall %.2f ms a step, %d steps" % (method, 1000 * cpu / steps, 1000 * wall / steps, steps))
