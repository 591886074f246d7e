"""What the exporter takes and what it refuses: each refusal exits 2, says why in one line and writes nothing."""
import contextlib
import io
import json
import math
import os
import tempfile
import unittest

import joblib
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeRegressor

import export

RNG = np.random.RandomState(5)
X = np.column_stack([RNG.normal(size=80), RNG.uniform(0, 9, 80)])
Y = X[:, 0] * 3 + X[:, 1] ** 2
SCALER = StandardScaler().fit(X)


def regressor(**options):
    return GradientBoostingRegressor(**{'n_estimators': 5, 'random_state': 0, **options})


FITTED = regressor().fit(SCALER.transform(X), Y)


class Subclass(GradientBoostingRegressor):
    def predict(self, X):
        return super().predict(X) + 1


class LinearInit(LinearRegression):
    # a column, the only shape that scikit-learn 0.20 can add to
    def predict(self, X):
        return super().predict(X).reshape(-1, 1)


class FolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(content)
        return self.path(name)

    def run_export(self, model, *options):
        """The exit code, what stderr got, and what was written, or None."""
        path, out = self.path('model.joblib'), self.path('model.json')
        joblib.dump(model, path)
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            try:
                code = export.main([path, '--out', out, *options])
            except SystemExit as stop:
                code = stop.code
        written = None
        if os.path.exists(out):
            with open(out, encoding='utf-8') as file:
                written = json.load(file)
        return code, printed.getvalue(), written

    def expect_written(self, model, *options):
        code, printed, document = self.run_export(model, '--features', 'a,b', *options)
        self.assertEqual((code, printed), (0, ''))
        return document

    def expect_refused(self, message, model, *options):
        code, printed, document = self.run_export(model, *(options or ('--features', 'a,b')))
        self.assertEqual((code, document), (2, None))
        self.assertIn(message, printed.splitlines()[-1])
        self.assertEqual([name for name in os.listdir(self.folder) if 'json' in name or 'tmp' in name], [])


class Containers(FolderTest):
    def test_a_pipeline_a_pair_a_list_and_a_dict_give_the_same_document(self):
        expected = self.expect_written((SCALER, FITTED))
        for model in (
            [SCALER, FITTED],
            (FITTED, SCALER),
            {'scaler': SCALER, 'regressor': FITTED},
            Pipeline([('scaler', SCALER), ('regressor', FITTED)]),
        ):
            self.assertEqual(self.expect_written(model), expected)

    def test_a_lone_regressor_and_a_passthrough_step_have_no_scaler(self):
        lone = regressor().fit(X, Y)
        self.assertIsNone(self.expect_written(lone)['scaler'])
        self.assertIsNone(self.expect_written(Pipeline([('scaler', None), ('regressor', lone)]))['scaler'])

    def test_scaler_options_are_null_where_nothing_is_done(self):
        for options, missing in (({'with_mean': False}, 'mean'), ({'with_std': False}, 'scale')):
            scaler = StandardScaler(**options).fit(X)
            document = self.expect_written((scaler, regressor().fit(scaler.transform(X), Y)))
            self.assertEqual([key for key in ('mean', 'scale') if document['scaler'][key] is None], [missing])


class Names(FolderTest):
    def test_the_names_of_the_estimator_are_taken(self):
        model = regressor().fit(X, Y)
        model.feature_names_in_ = np.array(['p', 'q'], dtype=object)
        self.assertEqual(self.run_export(model)[2]['feature_names'], ['p', 'q'])
        os.remove(self.path('model.json'))
        self.expect_refused('--features: expected p,q as the model was fitted, got a,b', model)

    def test_their_absence_is_an_error(self):
        self.expect_refused('--features: expected the names of the features', FITTED, '--scaler-fit', 'training')

    def test_refuses_a_wrong_number_twins_and_empty_names(self):
        self.expect_refused('--features: expected 2 names, got 3', FITTED, '--features', 'a,b,c')
        self.expect_refused("got 'a'", FITTED, '--features', 'a,a')
        self.expect_refused("got ''", FITTED, '--features', 'a,')


class Refusals(FolderTest):
    def test_other_estimators_and_steps(self):
        classifier = GradientBoostingClassifier(n_estimators=2).fit(X, Y > 20)
        self.expect_refused('model: expected StandardScaler or GradientBoostingRegressor, got GradientBoostingClassifier', classifier)
        self.expect_refused('got RandomForestRegressor', RandomForestRegressor(n_estimators=2).fit(X, Y))
        step = Pipeline([('squash', MinMaxScaler().fit(X)), ('regressor', FITTED)])
        self.expect_refused("pipeline step 'squash': expected StandardScaler or GradientBoostingRegressor, got MinMaxScaler", step)
        self.expect_refused("key 'other'", {'scaler': SCALER, 'regressor': FITTED, 'other': 1})
        self.expect_refused('got str', 'a text')

    def test_a_subclass_which_may_predict_otherwise(self):
        self.expect_refused('got Subclass', Subclass(n_estimators=2).fit(X, Y))

    def test_a_custom_init(self):
        model = regressor(init=LinearInit()).fit(X, Y)
        self.expect_refused('regressor.init_: expected a DummyRegressor or "zero", got LinearInit', model)

    def test_what_is_not_fitted_missing_or_there_twice(self):
        self.expect_refused('expected a fitted GradientBoostingRegressor', (SCALER, regressor()))
        self.expect_refused('expected a fitted StandardScaler', (StandardScaler(), FITTED))
        self.expect_refused('expected a GradientBoostingRegressor, got none', SCALER)
        self.expect_refused('expected one StandardScaler, got a second', (SCALER, SCALER, FITTED))

    def test_a_scaler_of_other_features(self):
        scaler = StandardScaler().fit(X[:, :1])
        self.expect_refused('scaler: expected 2 features as the regressor has, got 1', (scaler, FITTED))

    def test_several_outputs(self):
        model = regressor().fit(X, Y)
        model.estimators_[0, 0] = DecisionTreeRegressor(max_depth=1).fit(X, np.column_stack([Y, Y]))
        self.expect_refused('trees[0].value: expected one output, got 2', model)

    def test_what_is_not_finite(self):
        scaler = StandardScaler().fit(X)
        scaler.mean_ = np.array([0.0, math.nan])
        self.expect_refused('scaler.mean_[1]: expected a finite number, got nan', (scaler, FITTED))

    def test_a_file_that_is_no_model(self):
        out, printed = self.path('model.json'), io.StringIO()
        for path in (self.write('broken.joblib', 'not a model'), self.path('missing.joblib')):
            with contextlib.redirect_stderr(printed):
                self.assertEqual(export.main([path, '--out', out, '--features', 'a,b']), 2)
        self.assertFalse(os.path.exists(out))
        self.assertIn('missing.joblib: expected a joblib file, got No such file', printed.getvalue())

    def test_an_out_that_cannot_be_written(self):
        joblib.dump(FITTED, self.path('m.joblib'))
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            code = export.main([self.path('m.joblib'), '--out', self.path('none/x.json'), '--features', 'a,b'])
        self.assertEqual(code, 2)
        self.assertIn('No such file', printed.getvalue())

    def test_a_request_scaler_where_there_is_none(self):
        self.expect_refused('--scaler-fit request: expected a StandardScaler', FITTED, '--features', 'a,b', '--scaler-fit', 'request')


class Data(FolderTest):
    def table(self, line):
        return self.write('data.csv', '\n'.join(['b,y,a', *[f'{k % 2},{k},{k / 7}' for k in range(50)], line]) + '\n')

    def test_the_training_block_holds_each_feature_by_name(self):
        document = self.expect_written(FITTED, '--data', self.table('1,2,3'), '--target', 'y')
        training = document['training']
        self.assertEqual((training['n_samples'], training['held_out']), (51, None))
        self.assertEqual(training['features'][1], {'minimum': 0.0, 'maximum': 1.0, 'bin_edges': [0.0, 0.5, 1.0], 'counts': [25, 26]})
        for feature in training['features']:
            self.assertEqual(sum(feature['counts']), 51)
            self.assertEqual(feature['bin_edges'], sorted(set(feature['bin_edges'])))

    def test_the_held_back_part_gives_the_error(self):
        document = self.expect_written(FITTED, '--data', self.table('1,2,3'), '--target', 'y', '--test-size', '0.2', '--random-state', '7')
        self.assertEqual((document['training']['n_samples'], document['training']['held_out']['n_samples']), (40, 11))

    def test_refuses_tables_that_are_not_as_expected(self):
        for line, message in (
            ('1,2,x', "row 52, column a: expected a finite number, got 'x'"),
            ('1,2', 'row 52, column a'),
            ('inf,2,1', 'row 52, column b'),
            ('1e300,2,1', 'row 52, column b: expected a number from'),
        ):
            self.expect_refused(message, FITTED, '--features', 'a,b', '--data', self.table(line), '--target', 'y')
        self.expect_refused('expected one column z, got 0', FITTED, '--features', 'a,b', '--data', self.table('1,2,3'), '--target', 'z')
        self.expect_refused('--data and --target: expected both or none', FITTED, '--features', 'a,b', '--target', 'y')


if __name__ == '__main__':
    unittest.main()
