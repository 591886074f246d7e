import csv
import math
from collections import namedtuple

from errors import ExportError, show

Table = namedtuple('Table', 'rows targets')  # [n][F], [n]


def read_table(path, feature_names, target):
    """Reads the named columns of a CSV file with a header, as floats. The other columns may hold anything.

    Raises ExportError for a file, a column or a cell that is not as expected.
    """
    header, *lines = read_lines(path)
    columns = [find_column(path, header, name) for name in [*feature_names, target]]
    if not lines:
        raise ExportError(f'{path}: expected at least one row, got none')
    table = [[read_number(path, number, header, line, c) for c in columns] for number, line in enumerate(lines, 2)]
    return Table([row[:-1] for row in table], [row[-1] for row in table])


def read_lines(path):
    try:
        # a byte order mark is no part of the first name
        with open(path, encoding='utf-8-sig', newline='') as file:
            lines = [line for line in csv.reader(file) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ExportError(f'{path}: expected a CSV file, got {error}') from error
    if not lines:
        raise ExportError(f'{path}: expected a header, got an empty file')
    return lines


def find_column(path, header, name):
    if header.count(name) != 1:
        raise ExportError(f'{path}: expected one column {name}, got {header.count(name)}')
    return header.index(name)


def read_number(path, number, header, line, c):
    cell = line[c] if c < len(line) else ''
    try:
        x = float(cell)
    except ValueError:
        x = math.nan
    if not math.isfinite(x):
        raise ExportError(f'{path} row {number}, column {header[c]}: expected a finite number, got {show(cell)}')
    return x
