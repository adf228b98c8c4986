"""One step of EM on a mixture of Gaussians in scikit-learn, to hold BenchmarkGMMStep (models/gmm_test.go) beside.

100,000 data of 10 coordinates, 16 round clouds on the corners of a cube of side 3, 16
components with full covariances, from means that are data; float64. A fit of six steps less
a fit of one leaves five steps.

usage: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 taskset -c 0 python3 sklearn_gmm.py
prints milliseconds a step, by the process's own time and by the wall.
"""
import time
import warnings

import numpy as np
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")  # that it has not converged
N, D, K = 100_000, 10, 16
rng = np.random.RandomState(0)
centres = 3.0 * np.array([[k >> j & 1 for j in range(D)] for k in range(K)])
x = centres[np.arange(N) % K] + rng.randn(N, D)
means = x[rng.choice(N, K, replace=False)]


def fit(steps):
    m = GaussianMixture(
        K, tol=0, max_iter=steps, init_params="random", means_init=means,
        weights_init=np.full(K, 1 / K), precisions_init=np.tile(np.diag(1 / x.var(0)), (K, 1, 1)),
    )
    cpu, wall = time.process_time(), time.perf_counter()
    m.fit(x)
    return time.process_time() - cpu, time.perf_counter() - wall


one, six = fit(1), fit(6)
print("cpu %.1f ms, wall %.1f ms a step" % tuple(200 * (b - a) for a, b in zip(one, six)))
