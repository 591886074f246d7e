"""Writes parity fixtures: models with every option that the running scikit-learn has, and its own predictions for telling rows."""
import argparse
import array
import json
import math
import os
import sys
from unittest.mock import patch

import numpy as np
import sklearn
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import request_scaler
from atomic import write_atomically
from doubles import LARGEST, next_down, next_up
from document import predict
from errors import ExportError
from export import export
from fitted import find_fitted, fit_anew
from probes import accepted_intervals, edges_of, replaced

VERSION = tuple(int(part) for part in sklearn.__version__.split('.')[:2])
PREFIX = 'sklearn-{}.{}-'.format(*VERSION)
IS_OLD = VERSION < (1, 0)
N_TRAINING = 150
N_RANDOM = 1000


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', required=True, metavar='DIR', help='an existing folder')
    parser.add_argument('--seed', type=int, default=0, metavar='N')
    options = parser.parse_args(arguments)
    try:
        for k, (name, write) in enumerate({**cases(), **request_cases()}.items()):
            # scikit-learn sums what it checks for finiteness, in float32 too
            with np.errstate(over='ignore', invalid='ignore'):
                write(os.path.join(options.out, PREFIX + name), np.random.RandomState(options.seed * 1000 + k))
            print(PREFIX + name)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def cases():
    """What writes each fixture, by the option that it is about."""
    squared, absolute = ('ls', 'lad') if IS_OLD else ('squared_error', 'absolute_error')
    found = {
        'pipeline': fixture(),
        'pair': fixture(container=tuple),
        'dict': fixture(container=lambda parts: {'scaler': parts[0], 'regressor': parts[1]}),
        'lone': fixture(container=lone),
        'without-mean': fixture(scaler={'with_mean': False}),
        'without-std': fixture(scaler={'with_std': False}),
        'without-both': fixture(scaler={'with_mean': False, 'with_std': False}),
        'loss-squared': fixture(loss=squared),
        'loss-absolute': fixture(loss=absolute),
        'loss-huber': fixture(loss='huber', alpha=0.8),
        'loss-quantile': fixture(loss='quantile', alpha=0.7),
        'init-zero': fixture(init='zero'),
        'learning-rate-one': fixture(learning_rate=1),
        'learning-rate-small': fixture(learning_rate=0.003),
        'max-leaf-nodes': fixture(max_leaf_nodes=7, max_depth=6),
        'early-stopping': fixture(n_estimators=100, n_iter_no_change=2, tol=0.05),
        'one-node-trees': fixture(min_samples_leaf=N_TRAINING),
        'stumps': fixture(max_depth=1, n_estimators=40),
        'deep': fixture(max_depth=9, n_estimators=6),
        'subsample-max-features': fixture(subsample=0.5, max_features=2),
        'sample-weights': fixture(weighted=True),
        'single-feature': fixture(draw=lambda rng, n: ordinary(rng, n)[:, :1]),
        'many-features': fixture(draw=lambda rng, n: rng.normal(size=(n, 20))),
        'constant-feature': fixture(draw=with_constant),
        'lattice': fixture(draw=lattice),
        'lattice-lone': fixture(draw=lattice, container=lone),
        'huge-scale': fixture(draw=lambda rng, n: ordinary(rng, n) * [1e30, 1e150, 1e33]),
        'huge-scale-lone': fixture(draw=lambda rng, n: ordinary(rng, n) * [1e30, 1e35, 1e33], container=lone),
        'tiny-scale': fixture(draw=lambda rng, n: ordinary(rng, n) * [1e-30, 1e-158, 1e-150]),
        'negative-zero': fixture(draw=around_zero, container=lone),
        'awkward-names': fixture(names=['__proto__', '1', 'größe "in" m²\u2028']),
    }
    if not IS_OLD:
        found.update({
            'init-mean': fixture(init=DummyRegressor()),
            'init-median': fixture(init=DummyRegressor(strategy='median')),
            'init-quantile': fixture(init=DummyRegressor(strategy='quantile', quantile=0.3)),
            'init-constant': fixture(init=DummyRegressor(strategy='constant', constant=-7)),
        })
    if VERSION < (1, 9):
        found['criterion-squared'] = fixture(criterion='mse' if IS_OLD else 'squared_error')
    return found


def fixture(container=list, scaler=None, draw=None, weighted=False, names=None, **options):
    """What fits a model with these options and writes its fixture."""
    draw = draw or ordinary

    def write(path, rng):
        X = draw(rng, N_TRAINING)
        model = fit(X, rng, container, scaler or {}, weighted, options)
        export(model, f'{path}.json', names or names_for(X))
        document = read(path)
        rows = telling_rows(document, X.tolist(), draw(rng, N_RANDOM).tolist())
        fitted = find_fitted(model)
        write_table(path, rows, fitted.predict(rows))
        write_interval(path, fitted, X[0].tolist(), accepted_intervals(document))
    return write


def fit(X, rng, container, scaler_options, weighted, options):
    y = target(X, rng)
    regressor = GradientBoostingRegressor(**{'random_state': 7, 'n_estimators': 15, **options})
    weights = rng.uniform(0.1, 3, len(X)) if weighted else None
    if container is lone:
        return regressor.fit(X, y, weights)
    scaler = StandardScaler(**scaler_options)
    regressor.fit(scaler.fit_transform(X), y, weights)
    # a pipeline of fitted steps is a fitted pipeline
    return Pipeline([('scaler', scaler), ('regressor', regressor)]) if container is list else container((scaler, regressor))


def lone(parts):
    return parts[1]


def target(X, rng):
    # by rank, so that it does not depend on the scale
    ranks = X.argsort(axis=0).argsort(axis=0) / len(X)
    return 30 * np.sin(5 * ranks[:, 0]) + 20 * ranks[:, -1] * ranks[:, 0] + rng.normal(size=len(X))


def ordinary(rng, n):
    return np.column_stack([rng.normal(size=n), rng.uniform(0, 100, n), rng.lognormal(size=n)])


def lattice(rng, n):
    return np.column_stack([rng.randint(-5, 20, n), rng.randint(0, 200, n) / 10, rng.randint(0, 2, n)]).astype(float)


def with_constant(rng, n):
    return np.column_stack([rng.normal(size=n), np.full(n, 0.1), rng.uniform(0, 100, n)])


def around_zero(rng, n):
    signs = rng.choice([-1.0, 1.0], n)
    return np.column_stack([signs, rng.choice([-0.0, 0.0, 1.0, -1.0], n), rng.normal(size=n)])


def names_for(X):
    return [f'x{f}' for f in range(X.shape[1])]


def read(path):
    with open(f'{path}.json', encoding='utf-8') as file:
        return json.load(file)


def telling_rows(document, base, drawn):
    """Every threshold's last left value and its neighbours, zeros, subnormals and both ends of what is accepted, then drawn rows."""
    rows = []
    intervals = accepted_intervals(document)
    for f, (edges, (lowest, highest)) in enumerate(zip(edges_of(document), intervals)):
        special = [0.0, -0.0, 5e-324, -5e-324, 2.2e-308, -2.2e-308, lowest, highest]
        for x in [x for edge in edges for x in edge] + special:
            rows.append(replaced(base[len(rows) % len(base)], f, x))
    return rows + drawn


def write_table(path, rows, predictions):
    """Little-endian float64, row-major [n, F + 1]: the raw row and scikit-learn's prediction."""
    table = array.array('d', [x for row, prediction in zip(rows, predictions) for x in [*row, prediction]])
    if sys.byteorder == 'big':
        table.byteswap()
    write_atomically(f'{path}.f64', table.tobytes())


def write_interval(path, fitted, row, intervals):
    for f, (lowest, highest) in enumerate(intervals):
        for end, outside in ((lowest, next_down(lowest)), (highest, next_up(highest))):
            fitted.predict([replaced(row, f, end)])
            if math.isfinite(outside):
                expect_refused(fitted, replaced(row, f, outside))
    lowest, highest = zip(*intervals)
    write_atomically(f'{path}.interval.json', (json.dumps({'lowest': lowest, 'highest': highest}) + '\n').encode())


def expect_refused(fitted, row):
    try:
        fitted.predict([row])
    except ExportError as error:
        if isinstance(error.__cause__, ValueError):
            return
    raise ExportError(f'row {row}: expected scikit-learn to refuse it with a ValueError, got something else')


def request_cases():
    """Models whose scaler is fitted on each call's rows, which only scikit-learn 0.20 does in the way of the original: a call each."""
    if VERSION != (0, 20):
        return {}
    found = {f'request-{n}-rows': request_fixture(n, ordinary) for n in (1, 2, 7, 9, 129, 1000)}
    found.update({f'request-constant-{n}-rows': request_fixture(n, constants) for n in (3, 8, 50, 136, 1000)})
    found.update({
        'request-tells-sequential-sum': request_fixture(50, constants, patch('request_scaler.total', request_scaler.add)),
        'request-tells-exact-sum': request_fixture(50, constants, patch('request_scaler.total', math.fsum)),
        'request-tells-unbuffered-sum': request_fixture(8200, constants, patch('request_scaler.total', request_scaler.pairwise)),
    })
    return found


def request_fixture(n, draw, shortcut=None):
    """What writes a call of n rows as its table; with a shortcut, rows that it would predict otherwise."""
    def write(path, rng):
        X = ordinary(rng, N_TRAINING)
        model = fit(X, rng, tuple, {}, False, {'n_estimators': 10})
        export(model, f'{path}.json', names_for(X), scaler_fit='request')
        rows = telling_call(read(path), lambda: draw(rng, n).tolist(), shortcut)
        fitted = fit_anew(find_fitted(model))
        write_table(path, rows, fitted.predict(rows))
        ends = {'lowest': [-LARGEST] * X.shape[1], 'highest': [LARGEST] * X.shape[1]}
        write_atomically(f'{path}.interval.json', (json.dumps(ends) + '\n').encode())
    return write


def constants(rng, n):
    """Two columns whose scale is rounding noise, and an ordinary one between them."""
    return np.column_stack([np.full(n, rng.uniform()), rng.uniform(0, 100, n), np.full(n, rng.uniform())])


def telling_call(document, draw_rows, shortcut):
    if shortcut is None:
        return draw_rows()
    for _ in range(1000):
        rows = draw_rows()
        with shortcut:
            predictions = predict(document, rows)
        if predictions != predict(document, rows):
            return rows
    raise ExportError(f'{shortcut.attribute}: expected rows that tell it from the rule, got none')


if __name__ == '__main__':
    sys.exit(main())
