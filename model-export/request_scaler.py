"""Scaling by the rows of each call, the fault of the service that this project replaces, to the last bit of scikit-learn 0.20."""
import math


def fit(rows):
    """(mean, scale) of each column of one call's rows [n][F], as `StandardScaler` fits a Fortran-ordered table."""
    return [fit_column(column) for column in zip(*rows)]


def fit_column(column):
    n = len(column)
    mean = total(column) / n
    # scikit-learn multiplies this by n and divides again, which gives a quotient by n back, bit by bit
    variance = total([(x - mean) * (x - mean) for x in column]) / n
    # only exactly 0 becomes 1: the tiny scale of a constant column whose mean was rounded stays
    return mean, math.sqrt(variance) or 1.0


def total(column):
    """NumPy's sum of a contiguous column: pairwise within the 8,192 elements of its buffer, one buffer after another."""
    return add([pairwise(column[start:start + 8192]) for start in range(0, len(column), 8192)])


def pairwise(column):
    # `pairwise_sum` in numpy/core/src/umath/loops.c.src
    n = len(column)
    if n < 8:
        return add(column)
    if n > 128:
        half = n // 2 // 8 * 8
        return pairwise(column[:half]) + pairwise(column[half:])
    end = n // 8 * 8
    r = [add(column[k + 8:end:8], column[k]) for k in range(8)]
    return add(column[end:], ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7])))


def add(column, start=0.0):
    # not `sum`, which compensates for the rounding since Python 3.12
    for x in column:
        start += x
    return start
