"""Trains the housing model as the service that this project replaces did, and prints its error on the held-back fifth."""
import argparse
import io
import os
import sys

import joblib
import numpy as np
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from atomic import write_atomically
from table import read_table

FEATURES = ['CHAS', 'RM', 'TAX', 'PTRATIO', 'B', 'LSTAT']
TARGET = 'MEDV'
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data', 'boston.csv')


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', required=True, metavar='FILE.joblib', help='where to write the scaler and the regressor')
    options = parser.parse_args(arguments)
    try:
        error = train(options.out)
    except OSError as failure:
        print(f'{options.out}: {failure.strerror}', file=sys.stderr)
        return 2
    print(f'mean squared error on the held-back fifth: {error!r}')
    return 0


def train(out):
    """Writes `{"scaler": ..., "regressor": ...}` and returns the held-back error."""
    rows, targets = read_table(DATA, FEATURES, TARGET)
    X_train, X_test, y_train, y_test = train_test_split(
        np.array(rows), np.array(targets), test_size=0.20, random_state=7)
    scaler = StandardScaler().fit(X_train)
    regressor = GradientBoostingRegressor(random_state=7, n_estimators=400)
    regressor.fit(scaler.transform(X_train), y_train)
    write_atomically(out, dump({'scaler': scaler, 'regressor': regressor}))
    return float(((regressor.predict(scaler.transform(X_test)) - y_test) ** 2).mean())


def dump(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    return file.getvalue()


if __name__ == '__main__':
    sys.exit(main())
