"""Evaluates and writes a model document, knowing nothing of scikit-learn: README.md is its specification."""
import json

import request_scaler
from doubles import float32


def predict(document, rows):
    """Predicts raw rows [n][F] in one call, as every reader of the document must: the float64 sums [n]."""
    return [add_up(document, leaves) for leaves in apply(document, rows)]


def apply(document, rows):
    """The leaf that each row reaches in each tree: node indices [n][trees]."""
    samples = transform(document['scaler'], rows)
    return [[find_leaf(tree, sample) for tree in document['trees']] for sample in samples]


def transform(scaler, rows):
    """What the trees compare: rows scaled in float64 and narrowed to float32, [n][F]."""
    statistics = request_scaler.fit(rows) if scaler == {'fit': 'request'} else statistics_of(scaler, len(rows[0]))
    return [[float32((x - mean) / scale) for x, (mean, scale) in zip(row, statistics)] for row in rows]


def statistics_of(scaler, n_features):
    """(mean, scale) of each feature; (0.0, 1.0), which change no bit, where there is nothing to subtract or to divide by."""
    scaler = scaler or {'mean': None, 'scale': None}
    return list(zip(scaler['mean'] or [0.0] * n_features, scaler['scale'] or [1.0] * n_features))


def find_leaf(tree, sample):
    left, right, feature, threshold = (tree[key] for key in ('children_left', 'children_right', 'feature', 'threshold'))
    i = 0
    while left[i] != -1:
        i = left[i] if sample[feature[i]] <= threshold[i] else right[i]
    return i


def add_up(document, leaves):
    total = document['init']
    for tree, leaf in zip(document['trees'], leaves):
        total += document['learning_rate'] * tree['value'][leaf]
    return total


def dumps(document):
    """The document as text: a tree, a golden row and a feature's summary on a line of their own, so that versions can be compared."""
    return spread(document, '') + '\n'


def spread(value, indent):
    inner = indent + '  '
    if isinstance(value, dict):
        entries = [f'{inner}{encode(key)}: {spread(entry, inner)}' for key, entry in value.items()]
        return '{\n' + ',\n'.join(entries) + '\n' + indent + '}'
    if isinstance(value, list) and isinstance(value[0], (dict, list)):
        return '[\n' + ',\n'.join(inner + encode(entry) for entry in value) + '\n' + indent + ']'
    return encode(value)


def encode(value):
    return json.dumps(value, allow_nan=False)
