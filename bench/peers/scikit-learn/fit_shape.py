"""Fits a model of a given shape and writes it as `model.joblib` and as a document, `model.json`, into a folder.

usage: fit_shape.py FOLDER TREES LEAVES FEATURES
"""
import os
import sys

import joblib
import numpy as np
from sklearn.ensemble import GradientBoostingRegressor

from describe import describe
from document import dumps
from fitted import find_fitted
from training import training_block


def main(folder, n_trees, n_leaves, n_features):
    X, y = draw_table(max(1000, 8 * n_leaves), n_features)
    regressor = fit(X, y, n_trees, n_leaves)
    expect_shape(regressor, n_trees, n_leaves)
    joblib.dump({'regressor': regressor}, os.path.join(folder, 'model.joblib'))
    with open(os.path.join(folder, 'model.json'), 'w') as file:
        file.write(dumps(document_of(regressor, X)))


def draw_table(n, n_features):
    """Rows drawn evenly, and a target of which noise is a part, so that there is always one more split to find."""
    random = np.random.default_rng(7)
    X = random.random((n, n_features))
    return X, np.sin(3 * X).sum(axis=1) / np.sqrt(n_features) + random.normal(size=n)


def fit(X, y, n_trees, n_leaves):
    # learnt slowly enough that the last trees still have something to learn, from few features a split to be done in minutes
    return GradientBoostingRegressor(
        n_estimators=n_trees, max_leaf_nodes=n_leaves, max_depth=None, learning_rate=min(0.1, 5 / n_trees),
        max_features=min(10, X.shape[1]), random_state=7).fit(X, y)


def expect_shape(regressor, n_trees, n_leaves):
    leaves = [estimator.get_n_leaves() for estimator in regressor.estimators_[:, 0]]
    if leaves != [n_leaves] * n_trees:
        sys.exit(f'expected {n_trees} trees of {n_leaves} leaves, got {len(leaves)} of {min(leaves)} to {max(leaves)}')


def document_of(regressor, X):
    """The document without the exporter's proof in plain Python, which takes minutes: the benchmark compares every row itself."""
    document = describe(find_fitted({'regressor': regressor}), [f'x{f}' for f in range(X.shape[1])])
    golden = X[:16]
    document['golden'] = {'rows': golden.tolist(), 'predictions': regressor.predict(golden).tolist()}
    document['training'] = training_block(X.tolist(), None)
    return document


if __name__ == '__main__':
    main(sys.argv[1], *map(int, sys.argv[2:]))
