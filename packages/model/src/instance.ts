import { encodeModule, type FunctionCode } from './wasm.js';

// what is needed of the host; some have none of it
declare const WebAssembly:
  | {
      Module: new (bytes: Uint8Array) => object;
      Instance: new (module: object) => { readonly exports: Exports };
    }
  | undefined;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly [index: number]: (n: number) => void;
}

/** The memory of a module, and its functions: to find one among the exports for each call takes 20 ns. */
export interface Instance {
  readonly buffer: ArrayBuffer;
  readonly functions: readonly ((n: number) => void)[];
}

/**
 * Compiles functions over a memory of so many bytes.
 *
 * @returns undefined where the host has no WebAssembly, no vectors, or no leave to compile (a strict content security
 *   policy, an edge host), and where it is out of address space
 */
export function instantiate(functions: readonly FunctionCode[], nBytes: number): Instance | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(encodeModule(functions, nBytes)));
    return { buffer: exports.memory.buffer, functions: functions.map((_, k) => exports[k]) };
  } catch {
    return undefined;
  }
}

/** Lays out a memory, from its start on. */
export function createLayout() {
  let end = 0;
  return {
    /** Returns the start of so many bytes, at a cache line: a tree of eight leaves fills one. */
    place(nBytes: number): number {
      const start = end;
      end = (start + nBytes + 63) & ~63;
      return start;
    },
    get nBytes(): number {
      return end;
    },
  };
}
