"""Logistic regression on real data by Newton's method, gradient and Hessian generated.

The data are the 569 tumours of the Wisconsin breast cancer study, as scikit-learn ships them
(`pip install '.[examples]'`); its own logistic regression gives the same weights.
"""

import numpy as np

import sourcead

RIDGE = 1.0


def loss(weights, x, labels):
    z = x @ weights[1:] + weights[0]
    likelihood = np.sum(labels * z - np.logaddexp(0.0, z))
    return 0.5 * RIDGE * np.sum(weights[1:] ** 2) - likelihood


loss_and_gradient = sourcead.value_and_grad(loss)
hessian = sourcead.hessian(loss)


def tumours():
    """Training and test data: 30 standardised measurements of each tumour, and whether it is benign."""
    from sklearn.datasets import load_breast_cancer

    x, labels = load_breast_cancer(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    labels = labels.astype(float)
    order = np.random.default_rng(0).permutation(len(x))
    train, test = order[:400], order[400:]
    return x[train], labels[train], x[test], labels[test]


def main():
    x, labels, x_test, labels_test = tumours()
    weights = np.zeros(x.shape[1] + 1)
    print("turn       loss   |gradient|")
    for turn in range(12):
        value, gradient = loss_and_gradient(weights, x, labels)
        print(f"{turn:4} {value:10.6f} {np.linalg.norm(gradient):12.1e}")
        if np.linalg.norm(gradient) < 1e-9:
            break
        weights -= np.linalg.solve(hessian(weights, x, labels), gradient)

    right = (x_test @ weights[1:] + weights[0] > 0.0) == (labels_test == 1.0)
    print(f"\n{right.sum()} of {len(right)} tumours of the test set are classified rightly")
    from sklearn.linear_model import LogisticRegression

    peer = LogisticRegression(C=1.0 / RIDGE, tol=1e-10, max_iter=10_000).fit(x, labels)
    difference = np.max(np.abs(peer.coef_[0] - weights[1:]))
    print(f"greatest difference to scikit-learn's weights: {difference:.1e}")


if __name__ == "__main__":
    main()
