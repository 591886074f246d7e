"""Writes a fitted scikit-learn model as a model document, after comparing the two bit by bit; README.md is its specification.

Opening a joblib file executes whatever code it holds: export only files that you trust as you trust a program.
"""
import argparse
import sys

from atomic import write_atomically
from describe import describe, feature_names
from document import dumps
from errors import ExportError
from fitted import find_fitted, fit_anew, load
from probes import accepted_intervals, check_rows, golden_rows, ordinary_rows
from table import Table, read_table
from training import held_out_block, split, training_block
from verify import calls_of, verify, verify_request_scaler


def main(arguments=None):
    options = parse(arguments)
    try:
        export(load(options.model), options.out, options.features, options.data, options.target,
               options.test_size, options.random_state, options.scaler_fit)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f'{options.out}: {error.strerror}', file=sys.stderr)
        return 2
    return 0


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', metavar='MODEL.joblib', help='a pipeline, a scaler and a regressor, or a lone regressor')
    parser.add_argument('--out', required=True, metavar='FILE.json', help='where to write the document')
    parser.add_argument('--features', type=split_names, metavar='A,B,...', help='the feature names, where the model does not know them')
    parser.add_argument('--data', metavar='CSV', help='adds what the training rows looked like')
    parser.add_argument('--target', metavar='COLUMN', help='the column of --data that the model predicts')
    parser.add_argument('--test-size', type=number, metavar='N', help='the part of --data that was held back, as train_test_split has it')
    parser.add_argument('--random-state', type=int, metavar='N', help='the seed of that split')
    parser.add_argument('--scaler-fit', choices=['training', 'request'], default='training',
                        help="request: fit the scaler anew on the rows of each call, as the service that this project replaces did")
    options = parser.parse_args(arguments)
    if (options.data is None) != (options.target is None):
        parser.error('--data and --target: expected both or none')
    if (options.test_size is None) != (options.random_state is None):
        parser.error('--test-size and --random-state: expected both or none')
    if options.test_size is not None and options.data is None:
        parser.error('--test-size: expected --data with it')
    return options


def split_names(text):
    return [name.strip() for name in text.split(',')]


def number(text):
    return float(text) if '.' in text else int(text)


def export(model, out, features=None, data=None, target=None, test_size=None, random_state=None, scaler_fit='training'):
    """Writes the document of a fitted model to `out`, or nothing.

    Raises ExportError for a model that cannot be exported exactly.
    """
    fitted = find_fitted(model)
    names = feature_names(fitted, features)
    document = describe(fitted, names)
    table = read_table(data, names, target) if data else Table([], [])
    expect_accepted(document, data, table.rows)
    training, held_out = split(table, test_size, random_state) if test_size is not None else (table.rows, None)

    ordinary = ordinary_rows(document, training)
    golden, checks = golden_rows(document, ordinary), [check_rows(document, ordinary)]
    if scaler_fit == 'request':
        fitted, document['scaler'] = fit_anew(fitted), {'fit': 'request'}
        verify_request_scaler(fitted)
        checks = calls_of(checks[0])
    for call in checks:
        verify(document, fitted, call)

    document['golden'] = {'rows': golden, 'predictions': verify(document, fitted, golden)}
    if data:
        error = held_out and held_out_block(verify(document, fitted, held_out.rows), held_out.targets)
        document['training'] = training_block(training, error)
    write_atomically(out, dumps(document).encode())


def expect_accepted(document, data, rows):
    intervals = accepted_intervals(document)
    for number, row in enumerate(rows, 2):
        for name, x, (lowest, highest) in zip(document['feature_names'], row, intervals):
            if not lowest <= x <= highest:
                raise ExportError(f'{data} row {number}, column {name}: expected a number from {lowest} to {highest}, got {x}')


if __name__ == '__main__':
    sys.exit(main())
