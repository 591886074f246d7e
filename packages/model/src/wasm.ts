/** A little of the WebAssembly binary format (core specification 2.0, chapter 5): enough to write one function over one memory. */

/** Bytes, grouped as they were written. */
export type Code = readonly (number | Code)[];

/** The types of values, by their codes. */
export const i32 = 0x7f;
export const f64 = 0x7c;
export const v128 = 0x7b;

const PAGE = 65_536;

/** A function of one int32 without a result. */
export interface FunctionCode {
  readonly locals: readonly number[]; // their types; the first is local 1, after the parameter
  readonly body: Code;
}

/** Writes a module that exports its last function as `run`, and a memory of fixed size as `memory`. */
export function encodeModule(functions: readonly FunctionCode[], nBytes: number): Uint8Array {
  const nPages = Math.ceil(nBytes / PAGE);
  return Uint8Array.from(
    flatten([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [[0x60, vector([i32]), vector([])]]),
      section(
        3,
        functions.map(() => [0]),
      ),
      section(5, [[1, unsigned(nPages), unsigned(nPages)]]),
      section(7, [
        [name('memory'), 2, 0],
        [name('run'), 0, unsigned(functions.length - 1)],
      ]),
      section(
        10,
        functions.map(({ locals, body }) => sized([vector(locals.map((type) => [1, type])), body, 0x0b])),
      ),
    ]),
  );
}

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)];
export const constant = (value: number): Code => [0x41, signed(value)];

// int32
export const add = (a: Code, b: Code): Code => [a, b, 0x6a];
export const multiply = (a: Code, b: Code): Code => [a, b, 0x6c];
/** Adds a constant to a local. */
export const step = (local: number, by: number): Code => set(local, add(get(local), constant(by)));
export const lower16 = (a: Code): Code => [a, constant(0xffff), 0x71];
export const upper16 = (a: Code): Code => [a, constant(16), 0x76];
export const shiftLeft = (a: Code, b: Code): Code => [a, b, 0x74];
export const countLeadingZeros = (a: Code): Code => [a, 0x67];
export const or = (a: Code, b: Code): Code => [a, b, 0x72];
export const isOther = (a: Code, b: Code): Code => [a, b, 0x47];
export const isBelow = (a: Code, b: Code): Code => [a, b, 0x48];

// float64
export const addFloat = (a: Code, b: Code): Code => [a, b, 0xa0];
export const isLess = (a: Code, b: Code): Code => [a, b, 0x63];

// memory, at an address plus a fixed offset; the second number is a hint of the alignment
export const load16 = (address: Code, offset: number): Code => [address, 0x2f, 1, unsigned(offset)];
export const load32 = (address: Code, offset: number): Code => [address, 0x28, 2, unsigned(offset)];
export const loadFloat = (address: Code, offset: number): Code => [address, 0x2b, 3, unsigned(offset)];
/** A float64 as the first of a vector. */
export const loadHalf = (address: Code, offset: number): Code => [address, simd(93), 3, unsigned(offset)];
export const storeFloat = (address: Code, offset: number, x: Code): Code => [address, x, 0x39, 3, unsigned(offset)];
export const loadVector = (address: Code, offset: number): Code => [address, simd(0), 4, unsigned(offset)];
export const storeVector = (address: Code, offset: number, x: Code): Code => [
  address,
  x,
  simd(11),
  4,
  unsigned(offset),
];
// vectors, of 16 bytes, four int32 or two float64
export const bytes = (f: (index: number) => number): Code => [simd(12), Array.from({ length: 16 }, (_, k) => f(k))];
export const and = (a: Code, b: Code): Code => [a, b, simd(78)];
export const orBits = (a: Code, b: Code): Code => [a, b, simd(80)];
export const lookUp = (table: Code, indices: Code): Code => [table, indices, simd(14)];
export const shiftRight16 = (a: Code, by: number): Code => [a, constant(by), simd(141)];
export const add16 = (a: Code, b: Code): Code => [a, b, simd(142)];
/** The first, or last, eight bytes as int16. */
export const extendLow = (a: Code): Code => [a, simd(137)];
export const extendHigh = (a: Code): Code => [a, simd(138)];
export const addEach = (a: Code, b: Code): Code => [a, b, simd(240)];
export const subtractEach = (a: Code, b: Code): Code => [a, b, simd(241)];
export const multiplyEach = (a: Code, b: Code): Code => [a, b, simd(242)];
/** Of two float64 the lesser, or greater, and the first where either is NaN. */
export const lesserEach = (a: Code, b: Code): Code => [a, b, simd(246)];
export const greaterEach = (a: Code, b: Code): Code => [a, b, simd(247)];
/** Two float64 as int32, rounded towards 0; NaN as 0. */
export const toIntegers = (a: Code): Code => [a, simd(252)];
/** A vector with its second float64 replaced. */
export const joinPair = (a: Code, b: Code): Code => [a, b, simd(34), 1];
export const lane = (a: Code, index: number): Code => [a, simd(27), index];

/** Repeats the body while the condition holds after it. */
export const repeatWhile = (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
export const call = (index: number, argument: Code): Code => [argument, 0x10, unsigned(index)];
/** Repeats the body while the condition holds before it. */
export const whileHolds = (condition: Code, body: Code): Code => [
  condition,
  0x04,
  0x40,
  repeatWhile(body, condition),
  0x0b,
];

function simd(instruction: number): Code {
  return [0xfd, unsigned(instruction)];
}

function section(id: number, entries: Code): Code {
  return [id, sized(vector(entries))];
}

function vector(entries: Code): Code {
  return [unsigned(entries.length), entries];
}

function sized(content: Code): Code {
  const bytes = flatten(content);
  return [unsigned(bytes.length), bytes];
}

function name(text: string): Code {
  return vector(Array.from(text, (character) => character.charCodeAt(0)));
}

// LEB128: seven bits a byte, the eighth says that more follow
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];
}

function flatten(code: Code): number[] {
  const bytes: number[] = [];
  const push = (part: Code) => {
    for (const entry of part) {
      if (typeof entry === 'number') bytes.push(entry);
      else push(entry);
    }
  };
  push(code);
  return bytes;
}
