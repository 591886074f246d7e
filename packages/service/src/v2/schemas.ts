import { type Static, Type } from '@sinclair/typebox';

export const Live = Type.Object({ live: Type.Boolean() });

export const Ready = Type.Object({ ready: Type.Boolean(), live: Type.Boolean() });

export const ServerMetadata = Type.Object({
  name: Type.String(),
  version: Type.String(),
  extensions: Type.Array(Type.String()),
});

export const ModelReady = Type.Object({ name: Type.String(), ready: Type.Boolean() });

const TensorMetadata = Type.Object({
  name: Type.String(),
  datatype: Type.String(),
  shape: Type.Array(Type.Integer({ description: '-1 for a dimension of any size' })),
});

export const ModelMetadata = Type.Object({
  name: Type.String(),
  versions: Type.Array(Type.String()),
  platform: Type.String(),
  inputs: Type.Array(TensorMetadata),
  outputs: Type.Array(TensorMetadata),
});
export type ModelMetadata = Static<typeof ModelMetadata>;

const ModelIndexEntry = Type.Object({
  name: Type.String(),
  version: Type.String(),
  state: Type.String(),
  reason: Type.String(),
});
export const ModelIndex = Type.Array(ModelIndexEntry);
export type ModelIndex = Static<typeof ModelIndex>;

const OutputTensor = Type.Object({
  name: Type.String(),
  datatype: Type.String(),
  shape: Type.Array(Type.Integer()),
  data: Type.Array(Type.Number()),
});

export const InferenceResponse = Type.Object({
  model_name: Type.String(),
  model_version: Type.String(),
  id: Type.String(),
  outputs: Type.Array(OutputTensor),
});
