import type { Interval } from '@housing/model';
import { Problem, pointerTo } from '../problem.js';
import { accepts, allocate, expectFeatures, type Rows, type RowsReader, refuse, show } from '../rows/rows.js';
import type { Tensor } from './tensors.js';

/**
 * Reads the rows out of one matrix [n, features] in the model's order of features, whatever its name, or of a tensor [n] or [n, 1]
 * a feature, by their names in any order.
 */
export function readTensorRows(tensors: readonly Tensor[], reader: RowsReader): Rows {
  const isMatrix = tensors.length === 1 && !reader.predictor.featureNames.includes(tensors[0].name);
  return isMatrix ? readMatrix(tensors[0], reader) : readFeatures(tensors, reader);
}

function readMatrix(tensor: Tensor, reader: RowsReader): Rows {
  const { featureNames, accepted } = reader.predictor;
  const nFeatures = featureNames.length;
  if (tensor.shape[1] !== nFeatures) throw refuseShape(tensor, `[n, ${nFeatures}]`);
  const values = allocate(reader, tensor.shape[0]);
  for (let k = 0; k < values.length; k++) values[k] = readElement(tensor, k, accepted[k % nFeatures]);
  return { values, pointer: (row, feature) => tensor.pointerAt(row * nFeatures + featureNames.indexOf(feature)) };
}

function readFeatures(tensors: readonly Tensor[], reader: RowsReader): Rows {
  const { featureNames, accepted } = reader.predictor;
  const byName = indexByName(tensors);
  expectFeatures(reader.predictor, [...byName.keys()], '/inputs', (_, k) => pointerTo('inputs', k, 'name'));
  for (const tensor of tensors) expectColumn(tensor, tensors[0]);
  const values = allocate(reader, tensors[0].shape[0]);
  for (const tensor of tensors) {
    const f = featureNames.indexOf(tensor.name);
    for (let r = 0; r < tensor.shape[0]; r++) values[r * featureNames.length + f] = readElement(tensor, r, accepted[f]);
  }
  return { values, pointer: (row, feature) => byName.get(feature)?.pointerAt(row) ?? '/inputs' };
}

function indexByName(tensors: readonly Tensor[]): Map<string, Tensor> {
  const byName = new Map<string, Tensor>();
  for (const tensor of tensors) {
    if (byName.has(tensor.name)) {
      const detail = `expected a name not given before, got ${show(tensor.name)}`;
      throw new Problem('wrong_type', detail, `${tensor.pointer}/name`);
    }
    byName.set(tensor.name, tensor);
  }
  return byName;
}

function expectColumn(tensor: Tensor, first: Tensor): void {
  const [n, columns = 1] = tensor.shape;
  if (columns !== 1) throw refuseShape(tensor, '[n] or [n, 1]');
  if (n === first.shape[0]) return;
  const detail = `expected ${first.shape[0]} rows, as in ${first.pointer}, got ${n}`;
  throw new Problem('wrong_length', detail, `${tensor.pointer}/shape/0`);
}

function refuseShape({ shape, pointer }: Tensor, expected: string): Problem {
  return new Problem('wrong_length', `expected ${expected}, got [${shape.join(', ')}]`, `${pointer}/shape`);
}

function readElement({ datatype, at, pointerAt }: Tensor, k: number, interval: Interval): number {
  const value = at(k);
  const double = datatype.toDouble(value);
  if (double === undefined)
    throw new Problem('wrong_type', `expected ${datatype.values}, got ${show(value)}`, pointerAt(k));
  if (!accepts(interval, double)) throw refuse(interval, value, pointerAt(k));
  return double;
}
