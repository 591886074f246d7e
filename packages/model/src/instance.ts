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
