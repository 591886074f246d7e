"""Compares a document with scikit-learn, bit by bit."""
import platform
import random

import request_scaler
from document import apply, predict
from doubles import same_bits
from errors import ExportError, show


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
        for mean, scale, expected in zip(scaler.mean_.tolist(), scaler.scale_.tolist(), request_scaler.fit(rows)):
            same = same_bits(mean, expected[0]) and same_bits(scale, expected[1])
            expect_same(f'--scaler-fit request: a scaler of {n} rows', (mean, scale), expected, same)


def calls_of(rows):
    """The same rows as calls of several lengths, some with a constant column, whose scale is rounding noise."""
    calls = [rows] + [rows[:n] for n in (1, 2, 7, 8, 9, 100, 129)]
    return calls + [[call[0][:1] + row[1:] for row in call] for call in calls] + [call[:1] * len(call) for call in calls]
