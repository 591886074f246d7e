// what is used of packages that the rivals install for themselves, so that all code is checked without them

declare module 'onnxruntime-node' {
  export class Tensor {
    constructor(type: 'float32', data: Float32Array, dims: readonly number[]);
    readonly data: unknown;
  }
  export class InferenceSession {
    static create(path: string, options: object): Promise<InferenceSession>;
    run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  }
}

declare module 'vega' {
  export class View {
    constructor(runtime: object, options: object);
    toSVG(): Promise<string>;
  }
  export function parse(spec: object): object;
}

declare module 'vega-lite' {
  export function compile(spec: object): { readonly spec: object };
}
