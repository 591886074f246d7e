"""Rows on which a wrong evaluation would show: ordinary ones, and those at the edge of every comparison."""
import random
from itertools import cycle

from document import predict, statistics_of
from doubles import accepted_interval, float32, largest, next_down, next_up

N_ORDINARY = 16
N_AT_THRESHOLDS = 32


def accepted_intervals(document):
    """(lowest, highest) raw value that scikit-learn accepts, of each feature."""
    return [accepted_interval(mean, scale) for mean, scale in statistics_of(document['scaler'], n_features_of(document))]


def thresholds_of(document):
    """The distinct thresholds of each feature, ascending, [F][thresholds]."""
    found = [set() for _ in document['feature_names']]
    for tree in document['trees']:
        for f, threshold in zip(tree['feature'], tree['threshold']):
            if f >= 0:
                found[f].add(threshold)
    return [sorted(thresholds) for thresholds in found]


def edges_of(document):
    """For each feature and threshold the last raw value that goes left and the doubles below and above it, [F][thresholds][3]."""
    statistics = statistics_of(document['scaler'], n_features_of(document))
    return [[edge(threshold, *parameters, *interval) for threshold in thresholds] for thresholds, parameters, interval
            in zip(thresholds_of(document), statistics, accepted_intervals(document))]


def edge(threshold, mean, scale, lowest, highest):
    def goes_left(x):
        return float32((x - mean) / scale) <= threshold
    last = largest(goes_left, lowest, highest)
    return [min(max(x, lowest), highest) for x in (next_down(last), last, next_up(last))]


def ordinary_rows(document, training_rows):
    """Some rows as the model may meet them: training rows where there are any."""
    if training_rows:
        n = len(training_rows)
        return [list(training_rows[n * k // N_ORDINARY]) for k in range(N_ORDINARY)]
    # only this method gives the same numbers in every version of Python
    draw = random.Random(0).random
    ranges = [range_of(*feature) for feature in zip(edges_of(document), statistics_of(document['scaler'], n_features_of(document)))]
    return [[low + (high - low) * draw() for low, high in ranges] for _ in range(N_ORDINARY)]


def range_of(edges, parameters):
    mean, scale = parameters
    if not edges:
        return mean - 2 * scale, mean + 2 * scale
    low, high = edges[0][1], edges[-1][1]
    margin = (high - low) / len(edges) or scale
    return low - margin, high + margin


def golden_rows(document, ordinary):
    """Ordinary rows, then pairs of rows on both sides of a threshold that predict differently, where there are such."""
    pairs = [(replaced(base, f, last), replaced(base, f, above))
             for base, (f, (_, last, above)) in zip(cycle(ordinary), telling_first(document))]
    differing = []
    for pair in pairs:
        a, b = predict(document, pair)
        if a != b:
            differing.append(pair)
        if 2 * len(differing) == N_AT_THRESHOLDS:
            break
    chosen = differing + [pair for pair in pairs if pair not in differing]
    return ordinary + [row for pair in chosen[:N_AT_THRESHOLDS // 2] for row in pair]


def telling_first(document):
    """(feature, edge) of every threshold, feature by feature in turn, first those that a sample can equal: they tell `<` from `<=`."""
    found = []
    for f, (thresholds, edges) in enumerate(zip(thresholds_of(document), edges_of(document))):
        ranked = sorted(zip(thresholds, edges), key=lambda pair: float32(pair[0]) != pair[0])
        found += [(float32(threshold) != threshold, k, f, edge) for k, (threshold, edge) in enumerate(ranked)]
    return [(f, edge) for _, _, f, edge in sorted(found)]


def check_rows(document, ordinary):
    """Rows that take every threshold's last left value and both neighbours, every feature at once, and one feature at a time."""
    edges = edges_of(document)
    bases = cycle(ordinary)
    rows = []
    for k in range(max(map(len, edges), default=0)):
        for side in range(3):
            base = next(bases)
            rows.append([e[k % len(e)][side] if e else base[f] for f, e in enumerate(edges)])
    pairs = [(f, x) for f, e in enumerate(edges) for x in e]
    for f, values in pairs[::len(pairs) // 100 + 1]:
        base = next(bases)
        rows += [replaced(base, f, x) for x in values]
    return ordinary + rows


def replaced(row, f, x):
    return row[:f] + [x] + row[f + 1:]


def n_features_of(document):
    return len(document['feature_names'])
