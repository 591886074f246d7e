/** A datatype of the Open Inference Protocol whose values are doubles too. */
export interface Datatype {
  readonly bytes: number;
  /** What its values are, in words. */
  readonly values: string;
  /** The double that a JSON value is, or `undefined` where it is no value of the datatype. */
  toDouble(value: unknown): number | undefined;
  /** Reads one element of a binary tensor, little-endian, as JSON would have it. */
  read(view: DataView, offset: number): unknown;
}

/** The datatypes that are read, by their names in the protocol. */
export const datatypes: ReadonlyMap<string, Datatype> = new Map([
  ['FP64', float(8, (x) => x, (view, offset) => view.getFloat64(offset, true))], // biome-ignore format: a datatype a line
  // narrowed first, as whoever says FP32 has it
  ['FP32', float(4, Math.fround, (view, offset) => view.getFloat32(offset, true))], // biome-ignore format: a datatype a line
  ['INT8', whole(1, -(2 ** 7), 2 ** 7 - 1, (view, offset) => view.getInt8(offset))],
  ['INT16', whole(2, -(2 ** 15), 2 ** 15 - 1, (view, offset) => view.getInt16(offset, true))],
  ['INT32', whole(4, -(2 ** 31), 2 ** 31 - 1, (view, offset) => view.getInt32(offset, true))],
  // beyond the safe integers the nearest double is another number
  ['INT64', whole(8, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, (view, offset) => Number(view.getBigInt64(offset, true)))], // biome-ignore format: a datatype a line
  ['UINT8', whole(1, 0, 2 ** 8 - 1, (view, offset) => view.getUint8(offset))],
  ['UINT16', whole(2, 0, 2 ** 16 - 1, (view, offset) => view.getUint16(offset, true))],
  ['UINT32', whole(4, 0, 2 ** 32 - 1, (view, offset) => view.getUint32(offset, true))],
  ['UINT64', whole(8, 0, Number.MAX_SAFE_INTEGER, (view, offset) => Number(view.getBigUint64(offset, true)))],
  ['BOOL', { bytes: 1, values: 'true or false', toDouble: booleanToDouble, read: readBoolean }],
]);

function float(bytes: number, round: (x: number) => number, read: Datatype['read']): Datatype {
  return {
    bytes,
    values: 'a number',
    toDouble: (value) => (typeof value === 'number' ? round(value) : undefined),
    read,
  };
}

function whole(bytes: number, lowest: number, highest: number, read: Datatype['read']): Datatype {
  return {
    bytes,
    values: `a whole number from ${lowest} to ${highest}`,
    toDouble(value) {
      if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
      return value >= lowest && value <= highest ? value : undefined;
    },
    read,
  };
}

function booleanToDouble(value: unknown): number | undefined {
  return typeof value === 'boolean' ? Number(value) : undefined;
}

function readBoolean(view: DataView, offset: number): unknown {
  const byte = view.getUint8(offset);
  return byte > 1 ? byte : byte === 1;
}
