import { encodeModule, type FunctionCode } from './wasm.js';

// what is needed of the host; some have none of it
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Exports };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  run(n: number): void;
}

/** The memory of a module, and its last function: to find it among the exports for each call takes 20 ns. */
export interface Instance {
  readonly buffer: ArrayBuffer;
  run(n: number): void;
}

/**
 * Compiles functions over a memory of so many bytes.
 *
 * @returns undefined where the host has no WebAssembly, no vectors, or no leave to compile (a strict content security
 *   policy, an edge host), and where it is out of address space
 */
export function instantiate(functions: readonly FunctionCode[], nBytes: number): Instance | undefined {
  try {
    const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(encodeModule(functions, nBytes))).exports;
    return { buffer: memory.buffer, run };
  } catch {
    return undefined;
  }
}

/** Makes a function that lays out a memory: it returns where so many bytes start, after those before. */
export function createPlacer(): (nBytes: number) => number {
  let end = 0;
  return (nBytes) => {
    const start = end;
    // at a cache line: a tree of eight leaves fills one
    end = (start + nBytes + 63) & ~63;
    return start;
  };
}
