"""Writes a fitted scikit-learn model as a model document, after comparing the two bit by bit; README.md is its specification.

Opening a joblib file executes whatever code it holds: export only files that you trust as you trust a program.
"""
import argparse
import math
import platform
import random
import sys

import numpy as np
import sklearn

import request_scaler
from atomic import write_atomically
from document import add_up, apply, dumps, predict
from doubles import same_bits
from errors import ExportError, show
from fitted import FittedAnew, find_fitted, init_of, load, n_features_of, names_of
from probes import accepted_intervals, check_rows, golden_rows, ordinary_rows
from table import Table, read_table
from training import held_out_block, split, training_block

RULES = {
    'comparison': 'float32(sample) <= float64(threshold)',
    'summation': 'float64 init, then + learning_rate * value, tree by tree',
}


def main(arguments=None):
    options = parse(arguments)
    try:
        export(load(options.model), options.out, options.features, options.data, options.target,
               options.test_size, options.random_state, options.scaler_fit)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f'{options.out}: {error.strerror}', file=sys.stderr)
        return 2
    return 0


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', metavar='MODEL.joblib', help='a pipeline, a scaler and a regressor, or a lone regressor')
    parser.add_argument('--out', required=True, metavar='FILE.json', help='where to write the document')
    parser.add_argument('--features', type=split_names, metavar='A,B,...', help='the feature names, where the model does not know them')
    parser.add_argument('--data', metavar='CSV', help='adds what the training rows looked like')
    parser.add_argument('--target', metavar='COLUMN', help='the column of --data that the model predicts')
    parser.add_argument('--test-size', type=number, metavar='N', help='the part of --data that was held back, as train_test_split has it')
    parser.add_argument('--random-state', type=int, metavar='N', help='the seed of that split')
    parser.add_argument('--scaler-fit', choices=['training', 'request'], default='training',
                        help="request: fit the scaler anew on the rows of each call, as the service that this project replaces did")
    options = parser.parse_args(arguments)
    if (options.data is None) != (options.target is None):
        parser.error('--data and --target: expected both or none')
    if (options.test_size is None) != (options.random_state is None):
        parser.error('--test-size and --random-state: expected both or none')
    if options.test_size is not None and options.data is None:
        parser.error('--test-size: expected --data with it')
    return options


def split_names(text):
    return [name.strip() for name in text.split(',')]


def number(text):
    return float(text) if '.' in text else int(text)


def export(model, out, features=None, data=None, target=None, test_size=None, random_state=None, scaler_fit='training'):
    """Writes the document of a fitted model to `out`, or nothing.

    Raises ExportError for a model that cannot be exported exactly.
    """
    fitted = find_fitted(model)
    names = feature_names(fitted, features)
    document = describe(fitted, names)
    table = read_table(data, names, target) if data else Table([], [])
    expect_accepted(document, data, table.rows)
    training, held_out = split(table, test_size, random_state) if test_size else (table.rows, None)

    ordinary = ordinary_rows(document, training)
    golden, checks = golden_rows(document, ordinary), [check_rows(document, ordinary)]
    if scaler_fit == 'request':
        fitted, document['scaler'] = fit_anew(fitted), {'fit': 'request'}
        verify_request_scaler(fitted)
        checks = calls_of(checks[0])
    for call in checks:
        verify(document, fitted, call)

    document['golden'] = {'rows': golden, 'predictions': verify(document, fitted, golden)}
    if data:
        error = held_out and held_out_block(verify(document, fitted, held_out.rows), held_out.targets)
        document['training'] = training_block(training, error)
    write_atomically(out, dumps(document).encode())


def describe(fitted, names):
    """The document up to its trees."""
    document = {
        'format': 'housing-model',
        'format_version': 1,
        'kind': 'GradientBoostingRegressor',
        'sklearn_version': sklearn.__version__,
        'rules': RULES,
        'feature_names': names,
        'scaler': describe_scaler(fitted.scaler),
        'init': finite('regressor.init_', init_of(fitted.regressor)),
        'learning_rate': finite('regressor.learning_rate', float(fitted.regressor.learning_rate)),
        'trees': [describe_tree(f'trees[{t}]', estimator.tree_)
                  for t, estimator in enumerate(fitted.regressor.estimators_[:, 0])],
    }
    expect_finite_predictions(document)
    return document


def feature_names(fitted, given):
    known = names_of(fitted)
    if known and given and known != given:
        raise ExportError(f'--features: expected {",".join(known)} as the model was fitted, got {",".join(given)}')
    names = known or given
    if not names:
        raise ExportError('--features: expected the names of the features, which the model does not know, got none')
    for name in names:
        if not isinstance(name, str) or not name or names.count(name) > 1:
            raise ExportError(f'--features: expected distinct names that are not empty, got {show(name)}')
    if len(names) != n_features_of(fitted):
        raise ExportError(f'--features: expected {n_features_of(fitted)} names, got {len(names)}')
    return names


def describe_scaler(scaler):
    if scaler is None:
        return None
    return {
        'fit': 'training',
        'mean': column('scaler.mean_', scaler.mean_) if scaler.with_mean else None,
        'scale': column('scaler.scale_', scaler.scale_, positive=True) if scaler.with_std else None,
    }


def describe_tree(path, tree):
    if tree.value.shape[1:] != (1, 1):
        raise ExportError(f'{path}.value: expected one output, got {tree.value.shape[1] * tree.value.shape[2]}')
    described = {
        'children_left': tree.children_left.tolist(),
        'children_right': tree.children_right.tolist(),
        'feature': tree.feature.tolist(),
        'threshold': column(f'{path}.threshold', tree.threshold),
        'value': column(f'{path}.value', tree.value[:, 0, 0]),
        'weighted_n_node_samples': column(f'{path}.weighted_n_node_samples', tree.weighted_n_node_samples),
    }
    expect_descending(path, described)
    return described


def expect_descending(path, tree):
    # what proves to a reader that every walk ends
    for i, children in enumerate(zip(tree['children_left'], tree['children_right'])):
        if children != (-1, -1) and min(children) <= i:
            raise ExportError(f'{path}.children_left[{i}]: expected children after node {i}, got {children}')


def column(path, numbers, positive=False):
    if numbers is None:
        raise ExportError(f'{path}: expected numbers, got None')
    return [finite(f'{path}[{i}]', x, positive) for i, x in enumerate(np.asarray(numbers, dtype=np.float64).tolist())]


def finite(path, x, positive=False):
    if math.isfinite(x) and (x > 0 or not positive):
        return x
    raise ExportError(f'{path}: expected a finite number{" above 0" if positive else ""}, got {x}')


def expect_finite_predictions(document):
    largest = abs(document['init'])
    for tree in document['trees']:
        largest += max(abs(document['learning_rate'] * value) for value, child
                       in zip(tree['value'], tree['children_left']) if child == -1)
    if not math.isfinite(largest):
        raise ExportError('trees: expected leaves whose sum is finite, got an overflow')


def expect_accepted(document, data, rows):
    intervals = accepted_intervals(document)
    for number, row in enumerate(rows, 2):
        for name, x, (lowest, highest) in zip(document['feature_names'], row, intervals):
            if not lowest <= x <= highest:
                raise ExportError(f'{data} row {number}, column {name}: expected a number from {lowest} to {highest}, got {x}')


def fit_anew(fitted):
    scaler = fitted.scaler
    if scaler is None or not (scaler.with_mean and scaler.with_std):
        raise ExportError('--scaler-fit request: expected a StandardScaler with mean and std, got none')
    return FittedAnew(scaler, fitted.regressor, None)


def verify(document, fitted, rows):
    """scikit-learn's predictions for the rows of one call, after comparing the document's with them, bit by bit.

    Where scikit-learn fuses the multiplication and the addition the leaves are compared, and summed by the document's rule.
    """
    got = predict(document, rows)
    if fuses():
        for r, (expected, leaves) in enumerate(zip(fitted.apply(rows), apply(document, rows))):
            expect_same(f'row {rows[r]}', expected, leaves, expected == leaves)
        return got
    predictions = fitted.predict(rows)
    for r, (expected, prediction) in enumerate(zip(predictions, got)):
        expect_same(f'row {rows[r]}', expected, prediction, same_bits(expected, prediction))
    return predictions


def fuses():
    return platform.machine() in ('arm64', 'aarch64')


def expect_same(where, expected, got, same):
    if not same:
        raise ExportError(f'{where}: expected {show(expected)} as scikit-learn has it, got {show(got)}')


def verify_request_scaler(fitted):
    """Compares the scaler fitted on a call's rows with scikit-learn's, around every length at which NumPy sums in another way."""
    draw = random.Random(0).random
    for n in (1, 2, 7, 8, 9, 16, 100, 127, 128, 129, 136, 1000, 8191, 8192, 8193, 20000):
        constant = draw()
        rows = [[draw(), 1e6 + draw(), constant, int(draw() * 1000) / 10] for _ in range(n)]
        scaler = fitted.fit_scaler(rows)
        for mean, scale, expected in zip(scaler.mean_, scaler.scale_, request_scaler.fit(rows)):
            same = same_bits(mean, expected[0]) and same_bits(scale, expected[1])
            expect_same(f'--scaler-fit request: a scaler of {n} rows', (mean, scale), expected, same)


def calls_of(rows):
    """The same rows as calls of several lengths, some with a constant column, whose scale is rounding noise."""
    calls = [rows] + [rows[:n] for n in (1, 2, 7, 8, 9, 100, 129)]
    return calls + [[call[0][:1] + row[1:] for row in call] for call in calls] + [call[:1] * len(call) for call in calls]


if __name__ == '__main__':
    sys.exit(main())
