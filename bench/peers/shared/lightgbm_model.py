"""LightGBM's own model of the same table: as many trees, as deep, with as many leaves."""
import lightgbm
import numpy as np
from sklearn.model_selection import train_test_split

from protocol import load_model
from table import read_table
from train import DATA, FEATURES, TARGET


def fit_lightgbm():
    regressor = load_model().regressor
    # it bins at no more than 255 thresholds a feature, so the scaler would change nothing but the time
    rows, targets = read_table(DATA, FEATURES, TARGET)
    X, _, y, _ = train_test_split(np.array(rows), np.array(targets), test_size=0.20, random_state=7)
    options = {
        'objective': 'regression', 'learning_rate': regressor.learning_rate,
        'max_depth': regressor.max_depth, 'num_leaves': 2 ** regressor.max_depth,
        'min_data_in_leaf': 1, 'min_sum_hessian_in_leaf': 0,
        'num_threads': 1, 'seed': 7, 'deterministic': True, 'force_col_wise': True, 'verbosity': -1,
    }
    return lightgbm.train(options, lightgbm.Dataset(X, y), num_boost_round=len(regressor.estimators_))


def leaves_note(booster):
    """How its size compares: trees and leaves of both models."""
    trees = booster.dump_model()['tree_info']
    leaves = sum(tree['num_leaves'] for tree in trees)
    expected = [estimator.get_n_leaves() for estimator in load_model().regressor.estimators_[:, 0]]
    return f'its own model of {len(trees)} trees, {leaves:,} leaves ({len(expected)}, {sum(expected):,})'
