"""The training block: what the rows of each feature looked like, and the error on rows that were held back."""
from bisect import bisect_right

import numpy as np
from sklearn.model_selection import train_test_split

from doubles import next_up
from errors import ExportError
from table import Table


def split(table, test_size, random_state):
    """The training rows, and the held-back part as a table, split as scikit-learn does."""
    try:
        train, test, _, targets = train_test_split(
            table.rows, table.targets, test_size=test_size, random_state=random_state)
    except ValueError as error:
        raise ExportError(f'--test-size: expected a part of {len(table.rows)} rows, got {test_size} ({error})') from error
    return train, Table(test, targets)


def training_block(rows, held_out):
    return {
        'n_samples': len(rows),
        'features': [summary(list(column)) for column in zip(*rows)],
        'held_out': held_out,
    }


def held_out_block(predictions, targets):
    errors = np.array(predictions) - np.array(targets)
    return {'n_samples': len(targets), 'mean_squared_error': float((errors ** 2).mean())}


def summary(column):
    """The distribution of a feature [n], in bins as `numpy.histogram` has them: half-open, the last closed."""
    edges = bin_edges(sorted(column))
    counts = [0] * (len(edges) - 1)
    for x in column:
        counts[min(bisect_right(edges, x), len(counts)) - 1] += 1
    return {'minimum': min(column), 'maximum': max(column), 'bin_edges': edges, 'counts': counts}


def bin_edges(column):
    distinct = sorted(set(column))
    if len(distinct) == 1:
        return [column[0], next_up(column[0])]
    if len(distinct) <= 10:
        # halved first, so that the sum cannot overflow
        inner = [low / 2 + high / 2 for low, high in zip(distinct, distinct[1:])]
    else:
        inner = [column[len(column) * k // 10] for k in range(1, 10)]
    return sorted({column[0], *inner, column[-1]})
