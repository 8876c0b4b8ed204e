"""One round of a workload in NumPy: prints samples per second. `main.rs` runs it once per round.

The same arithmetic in doubles and the same mini-batches, vectorised over the mini-batch.
"""

import sys
import time

import numpy as np

WARM_UP, ROUND = 0.1, 0.25
# sizes, activations, samples, mini-batch, learning rate
WORKLOADS = {
    "W1": ([2, 4, 2, 1], ["tanh"] * 3, 500, 10, 0.03),
    "W2": ([2, 2, 1], ["sigmoid"] * 2, 4, 1, 0.5),
    "W3": ([7, 5, 3], ["sigmoid"] * 2, 210, 1, 0.5),
    "W4": ([784, 30, 10], ["sigmoid"] * 2, 10_000, 10, 3.0),
    "W5": ([64, 32, 10], ["tanh", "softmax"], 1797, 32, 0.1),
}


def activate(name, z):
    if name == "tanh":
        return np.tanh(z)
    if name == "sigmoid":
        return 1.0 / (1.0 + np.exp(-z))
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def derivative(name, a):
    return 1.0 - a * a if name == "tanh" else a * (1.0 - a)


def update(weights, biases, activations, x, y, eta):
    """One mini-batch with the gradient of the mean; returns its cost."""
    a = [x]
    for w, b, name in zip(weights, biases, activations):
        a.append(activate(name, a[-1] @ w.T + b))
    if activations[-1] == "softmax":
        cost = -np.sum(y * np.log(a[-1]))
        delta = a[-1] - y
    else:
        difference = a[-1] - y
        cost = 0.5 * np.sum(difference * difference)
        delta = difference * derivative(activations[-1], a[-1])
    step = eta / len(x)
    for l in reversed(range(len(weights))):
        nabla_w, nabla_b = delta.T @ a[l], delta.sum(axis=0)
        if l > 0:
            delta = (delta @ weights[l]) * derivative(activations[l - 1], a[l])
        weights[l] -= step * nabla_w
        biases[l] -= step * nabla_b
    return cost


def main():
    sizes, activations, count, batch, eta = WORKLOADS[sys.argv[1]]
    random = np.random.default_rng(1)
    x = random.random((count, sizes[0]))
    y = np.eye(max(sizes[-1], 2))[random.integers(0, max(sizes[-1], 2), count)][:, : sizes[-1]]
    weights = [random.normal(0.0, k**-0.5, (j, k)) for k, j in zip(sizes, sizes[1:])]
    biases = [np.zeros(j) for j in sizes[1:]]

    def run(seconds):
        start, done = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            for at in range(0, count, batch):
                update(weights, biases, activations, x[at : at + batch], y[at : at + batch], eta)
            done += count
        return done / (time.perf_counter() - start)

    run(WARM_UP)
    print(run(ROUND))


main()
