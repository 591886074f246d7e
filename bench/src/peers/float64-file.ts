import { readFileSync, writeFileSync } from 'node:fs';

/** Reads a file of float64 numbers, as `numpy.fromfile` and {@link writeFloat64} have them. */
export function readFloat64(path: string): Float64Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  // copied, because a view must start at a multiple of 8
  return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

export function writeFloat64(path: string, numbers: Float64Array): void {
  writeFileSync(path, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}
