import { Problem, pointerTo } from '../problem.js';
import { type Fields, isObject, show } from '../rows/rows.js';
import { type Datatype, datatypes } from './datatypes.js';
import { readParameters } from './parameters.js';

/** A tensor of a request, of which so far only the elements have been counted. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[]; // [n] or [n, columns]
  readonly datatype: Datatype;
  /** Where in the body it is. */
  readonly pointer: string;
  /** The element `k`, row-major, as JSON has it. */
  at(k: number): unknown;
  /** Where that is in the body; for a binary tensor where it would be in JSON. */
  pointerAt(k: number): string;
}

/**
 * Reads the `inputs` of a request.
 *
 * @param binary the data of those that come in binary, one after another
 * @throws {@link Problem} at the first whose data are not as many as its shape says
 */
export function readTensors(inputs: unknown, binary: Uint8Array): Tensor[] {
  if (!Array.isArray(inputs))
    throw new Problem('wrong_type', `expected an array of tensors, got ${show(inputs)}`, '/inputs');
  let rest = binary;
  const tensors = inputs.map((input: unknown, k) => {
    const pointer = pointerTo('inputs', k);
    if (!isObject(input)) throw new Problem('wrong_type', `expected a tensor, got ${show(input)}`, pointer);
    const head = readHead(input, pointer);
    const { binary_data_size: size } = readParameters(input, pointer);
    if (size === undefined) return { ...head, ...readData(input.data, head) };
    const data = takeBinary(rest, size, head);
    if (input.data !== undefined)
      throw new Problem('unknown_key', 'expected no data beside binary_data_size', `${pointer}/data`);
    rest = rest.subarray(data.byteLength);
    return { ...head, ...readBinary(data, head) };
  });
  if (rest.length > 0)
    throw new Problem('wrong_length', `expected no bytes after those of the tensors, got ${rest.length}`, '/inputs');
  return tensors;
}

type Head = Pick<Tensor, 'name' | 'shape' | 'datatype' | 'pointer'>;
type Data = Pick<Tensor, 'at' | 'pointerAt'>;

function readHead({ name, shape, datatype: datatypeName }: Fields, pointer: string): Head {
  if (typeof name !== 'string')
    throw new Problem('wrong_type', `expected a name, got ${show(name)}`, `${pointer}/name`);
  const datatype = typeof datatypeName === 'string' ? datatypes.get(datatypeName) : undefined;
  if (datatype === undefined) {
    const detail = `expected one of ${[...datatypes.keys()].join(', ')}, got ${show(datatypeName)}`;
    throw new Problem('wrong_type', detail, `${pointer}/datatype`);
  }
  return { name, shape: readShape(shape, `${pointer}/shape`), datatype, pointer };
}

function readShape(shape: unknown, pointer: string): number[] {
  if (!Array.isArray(shape) || shape.length < 1 || shape.length > 2)
    throw new Problem('wrong_type', `expected one dimension or two, got ${show(shape)}`, pointer);
  return shape.map((size: unknown, k) => {
    if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
    const detail = `expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got ${show(size)}`;
    throw new Problem('wrong_type', detail, pointer + pointerTo(k));
  });
}

function readData(data: unknown, { shape, pointer }: Head): Data {
  const at = `${pointer}/data`;
  if (!Array.isArray(data)) throw new Problem('wrong_type', `expected an array, got ${show(data)}`, at);
  if (shape.length === 2 && Array.isArray(data[0])) return readNested(data, shape, at);
  expectCount(data.length, count(shape), 'elements', shape, at);
  return { at: (k) => data[k], pointerAt: (k) => at + pointerTo(k) };
}

function readNested(data: readonly unknown[], shape: readonly number[], at: string): Data {
  const [n, columns] = shape;
  expectCount(data.length, n, 'rows', shape, at);
  const rows = data.map((row, r) => {
    if (!Array.isArray(row)) throw new Problem('wrong_type', `expected an array, got ${show(row)}`, at + pointerTo(r));
    expectCount(row.length, columns, 'elements a row', shape, at + pointerTo(r));
    const elements: readonly unknown[] = row;
    return elements;
  });
  return {
    at: (k) => rows[Math.floor(k / columns)][k % columns],
    pointerAt: (k) => at + pointerTo(Math.floor(k / columns), k % columns),
  };
}

function takeBinary(rest: Uint8Array, size: unknown, { shape, datatype, pointer }: Head): DataView {
  const at = `${pointer}/parameters/binary_data_size`;
  if (typeof size !== 'number') throw new Problem('wrong_type', `expected a whole number, got ${show(size)}`, at);
  expectCount(size, count(shape) * datatype.bytes, 'bytes', shape, at);
  if (size > rest.length) throw new Problem('wrong_length', `expected ${size} bytes, got ${rest.length}`, at);
  return new DataView(rest.buffer, rest.byteOffset, size);
}

function readBinary(view: DataView, { datatype, pointer }: Head): Data {
  return {
    at: (k) => datatype.read(view, k * datatype.bytes),
    pointerAt: (k) => pointer + pointerTo('data', k),
  };
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function expectCount(got: number, expected: number, what: string, shape: readonly number[], pointer: string): void {
  if (got === expected) return;
  const detail = `expected ${expected} ${what} for the shape [${shape.join(', ')}], got ${got}`;
  throw new Problem('wrong_length', detail, pointer);
}
