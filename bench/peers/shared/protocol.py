"""A rival's end of the line: answers commands on stdin with a line of JSON each on stdout, as ../README.md lists them."""
import json
import os
import sys
import time
from importlib.metadata import version

import numpy as np

from fitted import find_fitted, load

# where the model and the rows lie
FOLDER = sys.argv[1]

# stdout is for answers; what a library prints, from its import on, goes to stderr
ANSWERS = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)


def path_of(name):
    return os.path.join(FOLDER, name)


def load_model():
    """The scikit-learn model that every rival stands against: its scaler and its regressor."""
    return find_fitted(load(path_of('model.joblib')))


def serve(title, packages, predict, note='', time_batch=None, time_one=None):
    """Answers until stdin ends.

    `predict` takes raw rows [n, F] and gives their predictions [n]. An engine that times itself without the way through Python
    gives `time_batch` and `time_one`, which take rows too and give nanoseconds a row.
    """
    rows = read_rows('rows')
    time_batch = time_batch or (lambda rows: nanoseconds(lambda: predict(rows)) / len(rows))
    time_one = time_one or (lambda rows: time_calls(predict, rows))
    answers = {
        'predict': lambda name, rival: np.asarray(predict(read_rows(name)), dtype=np.float64).tofile(path_of(f'{name}.{rival}.f64')),
        'batch': lambda: time_batch(rows),
        'one': lambda n: time_one(rows[:int(n)]),
    }
    say({'title': title, 'versions': {package: version(package) for package in packages}, 'note': note})
    for line in sys.stdin:
        command, *arguments = line.split()
        say(answers[command](*arguments))


def read_rows(name):
    return np.fromfile(path_of(f'{name}.f64')).reshape(-1, int(sys.argv[2]))


def time_calls(predict, rows):
    """Nanoseconds a row, one row a call."""
    calls = [rows[r:r + 1] for r in range(len(rows))]

    def predict_each():
        for row in calls:
            predict(row)
    return nanoseconds(predict_each) / len(rows)


def nanoseconds(work):
    start = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - start


def say(answer):
    print(json.dumps(answer), file=ANSWERS, flush=True)
