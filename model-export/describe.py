import math

import numpy as np
import sklearn

from errors import ExportError, show
from fitted import init_of, n_features_of, names_of

RULES = {
    'comparison': 'float32(sample) <= float64(threshold)',
    'summation': 'float64 init, then + learning_rate * value, tree by tree',
}


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
