import re
import sys
import warnings
from collections import namedtuple

import joblib
import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from errors import ExportError, show

EXPECTED = 'expected StandardScaler or GradientBoostingRegressor'

# the fitted attribute of each init estimator that predicts a constant; the first three are scikit-learn 0.20's
CONSTANT_INITS = {
    'sklearn.ensemble.gradient_boosting.MeanEstimator': lambda init: init.mean,
    'sklearn.ensemble.gradient_boosting.QuantileEstimator': lambda init: init.quantile,
    'sklearn.ensemble.gradient_boosting.ZeroEstimator': lambda init: 0.0,
    'sklearn.dummy.DummyRegressor': lambda init: init.constant_,
}


class Fitted(namedtuple('Fitted', 'scaler regressor pipeline')):
    """A fitted regressor with the scaler before it, or None, and the pipeline that held both, or None."""

    def predict(self, rows):
        """scikit-learn's own predictions for raw rows, [n]."""
        if self.pipeline is not None:
            return ask(self.pipeline.predict, rows)
        return ask(self.regressor.predict, self.scale(rows))

    def apply(self, rows):
        """The leaf that each row reaches in each tree, by scikit-learn itself, [n][trees]."""
        return ask(lambda X: self.regressor.apply(X).reshape(len(X), -1).astype(int), self.scale(rows))

    def scale(self, rows):
        return rows if self.scaler is None else ask(self.scaler.transform, rows)


class FittedAnew(Fitted):
    """The same, with the scaler fitted anew on the rows of each call."""

    def scale(self, rows):
        return ask(self.fit_scaler(rows).transform, rows)

    def fit_scaler(self, rows):
        # a pandas frame, which the original service was given, is in Fortran order: sums depend on it
        return StandardScaler().fit(np.asfortranarray(rows, dtype=np.float64))


def fit_anew(fitted):
    """The same model with a scaler that is fitted anew on the rows of each call."""
    scaler = fitted.scaler
    if scaler is None or not (scaler.with_mean and scaler.with_std):
        raise ExportError('--scaler-fit request: expected a StandardScaler with mean and std, got none')
    return FittedAnew(scaler, fitted.regressor, None)


def ask(method, rows):
    try:
        # rows are passed by position, for models fitted with names too; what overflows raises in the end
        with warnings.catch_warnings(), np.errstate(over='ignore', invalid='ignore'):
            warnings.filterwarnings('ignore', 'X does not have valid feature names')
            return np.asarray(method(np.array(rows, dtype=np.float64))).tolist()
    except Exception as error:
        raise ExportError(f"scikit-learn: expected it to accept the rows, got {type(error).__name__}: {error}") from error


def load(path):
    """Opens a joblib file, which executes whatever code it holds.

    Raises ExportError for a file that does not open, or that another version of scikit-learn wrote.
    """
    # files of the joblib inside scikit-learn 0.20, such as the original's, open with the one beside it
    sys.modules['sklearn.externals.joblib.numpy_pickle'] = joblib.numpy_pickle
    with warnings.catch_warnings():
        # a model of another version may open and predict something else
        warnings.filterwarnings('error', 'Trying to unpickle')
        try:
            return joblib.load(path)
        except OSError as error:
            raise ExportError(f'{path}: expected a joblib file, got {error.strerror or error}') from error
        except Exception as error:
            raise ExportError(f'{path}: {why_not_opened(error)}') from error


def why_not_opened(error):
    version = re.search(r'from version (\S+) when', str(error))
    if version:
        return f'expected a model of scikit-learn {sklearn.__version__}, got one of {version.group(1)}'
    problem = ' '.join(f'{type(error).__name__}: {error}'.split())[:120]
    return f'expected a joblib file that opens under scikit-learn {sklearn.__version__}, got {problem}'


def find_fitted(model):
    """Finds the scaler and the regressor in a pipeline, a tuple, a list, a dict, or a lone regressor.

    Raises ExportError for anything else, for subclasses, which may predict otherwise, and for what is not fitted.
    """
    parts = find_parts(model)
    for name, part in parts:
        if type(part) not in (StandardScaler, GradientBoostingRegressor):
            raise ExportError(f'{name}: {EXPECTED}, got {type(part).__name__}')
    scaler_name, scaler = find_one(StandardScaler, parts)
    regressor_name, regressor = find_one(GradientBoostingRegressor, parts)
    if regressor is None:
        raise ExportError('model: expected a GradientBoostingRegressor, got none')
    expect_fitted(scaler_name, scaler, 'n_samples_seen_')
    expect_fitted(regressor_name, regressor, 'estimators_')
    return Fitted(scaler, regressor, model if type(model) is Pipeline else None)


def find_parts(model):
    if type(model) is Pipeline:
        return [(f'pipeline step {name!r}', step) for name, step in model.steps if step not in (None, 'passthrough')]
    if type(model) is dict:
        return [(f'key {show(key)}', part) for key, part in model.items()]
    if type(model) in (tuple, list):
        return [(f'element {index}', part) for index, part in enumerate(model)]
    return [('model', model)]


def find_one(expected, parts):
    found = [(name, part) for name, part in parts if type(part) is expected]
    if len(found) > 1:
        raise ExportError(f'{found[1][0]}: expected one {expected.__name__}, got a second')
    return found[0] if found else (None, None)


def expect_fitted(name, estimator, attribute):
    if estimator is None or np.size(getattr(estimator, attribute, ())) > 0:
        return
    raise ExportError(f'{name}: expected a fitted {type(estimator).__name__}, got one that is not fitted')


def n_features_of(fitted):
    """The number of features of the regressor, the scaler's being the same."""
    n_features = int(fitted.regressor.estimators_[0, 0].tree_.n_features)
    for statistics in (getattr(fitted.scaler, 'mean_', None), getattr(fitted.scaler, 'scale_', None)):
        if statistics is not None and len(statistics) != n_features:
            raise ExportError(f'scaler: expected {n_features} features as the regressor has, got {len(statistics)}')
    return n_features


def names_of(fitted):
    """The feature names that the estimators were fitted with, or None."""
    known = [list(part.feature_names_in_) for part in fitted[:2] if hasattr(part, 'feature_names_in_')]
    if len(known) == 2 and known[0] != known[1]:
        raise ExportError(f'regressor.feature_names_in_: expected {show(known[0])} as the scaler has, got {show(known[1])}')
    return known[0] if known else None


def init_of(regressor):
    """The constant that every prediction starts from."""
    init = regressor.init_
    if isinstance(init, str) and init == 'zero':
        return 0.0
    kind = type(init)
    constant = CONSTANT_INITS.get(f'{kind.__module__}.{kind.__name__}')
    if constant is None:
        raise ExportError(f'regressor.init_: expected a DummyRegressor or "zero", got {kind.__name__}')
    return float(np.ravel(constant(init))[0])
