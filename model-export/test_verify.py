"""That a wrong document is never written, and that the same model gives the same bytes."""
import os
import unittest
from unittest.mock import patch

import numpy as np
import sklearn

import atomic
import document
import request_scaler
from doubles import accepted_interval, float32, largest, next_down, next_up
from errors import ExportError
from export import export
from fitted import load
from test_export import FITTED, SCALER, FolderTest
from train import FEATURES, train

HELD_BACK_ERROR = {'0.20.3': 26.326748591395717, '1.2.1': 26.086121710797425, '1.9.1': 26.359606584848308}


class Verify(FolderTest):
    def expect_mismatch(self, target, replacement, **options):
        out = self.path('model.json')
        with patch(target, replacement):
            with self.assertRaisesRegex(ExportError, 'as scikit-learn has it'):
                export((SCALER, FITTED), out, ['a', 'b'], **options)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_walk_that_sends_a_threshold_right_writes_nothing(self):
        def strict(tree, sample):
            i = 0
            while tree['children_left'][i] != -1:
                goes_left = sample[tree['feature'][i]] < tree['threshold'][i]
                i = tree['children_left'][i] if goes_left else tree['children_right'][i]
            return i
        # thresholds that a float32 sample can equal, as lattices of training rows have them
        tree = FITTED.estimators_[0, 0].tree_
        original = tree.threshold.copy()
        self.addCleanup(tree.threshold.__setitem__, slice(None), original)
        tree.threshold[:] = original.astype(np.float32)
        self.expect_mismatch('document.find_leaf', strict)

    def test_samples_that_are_not_narrowed_write_nothing(self):
        self.expect_mismatch('document.float32', float)

    def test_another_order_of_addition_writes_nothing(self):
        def backwards(doc, leaves):
            total = 0.0
            for tree, leaf in reversed(list(zip(doc['trees'], leaves))):
                total += doc['learning_rate'] * tree['value'][leaf]
            return total + doc['init']
        self.expect_mismatch('document.add_up', backwards)

    def test_a_request_scaler_that_sums_in_another_order_writes_nothing(self):
        self.expect_mismatch('request_scaler.total', request_scaler.add, scaler_fit='request')

    def test_leaves_are_compared_where_additions_are_fused(self):
        with patch('platform.machine', lambda: 'arm64'):
            export((SCALER, FITTED), self.path('arm.json'), ['a', 'b'])
        export((SCALER, FITTED), self.path('x86.json'), ['a', 'b'])
        with open(self.path('arm.json')) as arm, open(self.path('x86.json')) as x86:
            self.assertEqual(arm.read(), x86.read())
        with patch('platform.machine', lambda: 'arm64'), patch('document.float32', float):
            with self.assertRaisesRegex(ExportError, 'as scikit-learn has it'):
                export((SCALER, FITTED), self.path('wrong.json'), ['a', 'b'])


class Golden(FolderTest):
    def test_some_dozens_of_rows_whose_pairs_differ_by_one_double(self):
        export((SCALER, FITTED), self.path('model.json'), ['a', 'b'])
        with open(self.path('model.json')) as file:
            golden = document.json.load(file)['golden']
        self.assertEqual((len(golden['rows']), len(golden['predictions'])), (48, 48))
        pairs = list(zip(golden['rows'][16::2], golden['rows'][17::2]))
        for a, b in pairs:
            self.assertEqual(sum(y == next_up(x) for x, y in zip(a, b)), 1)
        differing = [a != b for a, b in zip(golden['predictions'][16::2], golden['predictions'][17::2])]
        self.assertGreater(sum(differing), len(pairs) / 2)


class Bytes(FolderTest):
    def test_the_same_model_gives_the_same_bytes(self):
        contents = []
        for name in ('a.json', 'b.json'):
            export((SCALER, FITTED), self.path(name), ['a', 'b'])
            with open(self.path(name), 'rb') as file:
                contents.append(file.read())
        self.assertEqual(*contents)

    def test_a_failed_write_leaves_the_old_file_and_no_other(self):
        path = self.write('model.json', 'old')
        with patch('os.replace', side_effect=OSError('full')):
            with self.assertRaises(OSError):
                atomic.write_atomically(path, b'new')
        with open(path) as file:
            self.assertEqual(file.read(), 'old')
        self.assertEqual(os.listdir(self.folder), ['model.json'])

    def test_training_gives_the_known_error_of_each_version(self):
        path = self.path('housing.joblib')
        self.assertEqual(train(path), HELD_BACK_ERROR[sklearn.__version__])
        export(load(path), self.path('housing.json'), FEATURES)


class Doubles(unittest.TestCase):
    def test_neighbours_cross_zero_and_binades(self):
        self.assertEqual((next_up(0.0), next_down(0.0)), (5e-324, -5e-324))
        self.assertEqual((next_up(1.0), next_down(1.0)), (1 + 2**-52, 1 - 2**-53))

    def test_the_largest_double_is_found_on_both_sides_of_zero(self):
        for edge in (-3.7, -5e-324, 0.0, 5e-324, 1e300):
            self.assertEqual(largest(lambda x: x <= edge, -1e308, 1e308), edge)

    def test_the_accepted_interval_ends_where_float32_does(self):
        lowest, highest = accepted_interval(3.0, 2.0)
        for end, outside in ((lowest, next_down(lowest)), (highest, next_up(highest))):
            self.assertTrue(np.isfinite(float32((end - 3.0) / 2.0)))
            self.assertFalse(np.isfinite(float32((outside - 3.0) / 2.0)))


if __name__ == '__main__':
    unittest.main()
