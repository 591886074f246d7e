import { type Static, Type } from '@sinclair/typebox';

/** Rows in any shape: the outer shape alone, since the features are the model's. */
export const Table = Type.Unsafe<Record<string, unknown> | unknown[]>({
  anyOf: [{ type: 'object' }, { type: 'array' }],
});
export type Table = Static<typeof Table>;

/** One number a row, in the order of the rows. */
export const Prediction = Type.Object({ prediction: Type.Array(Type.Number()) });
export type Prediction = Static<typeof Prediction>;

/** The same, as MLflow and TensorFlow Serving name it. */
export const Predictions = Type.Object({ predictions: Type.Array(Type.Number()) });

/** Of KServe the first two, of TensorFlow Serving the third. */
export const ModelStatus = Type.Object({
  name: Type.String(),
  ready: Type.Boolean(),
  model_version_status: Type.Array(
    Type.Object({
      version: Type.String(),
      state: Type.String(),
      status: Type.Object({ error_code: Type.String(), error_message: Type.String() }),
    }),
  ),
});

export const ModelName = Type.Object({ name: Type.String() });

export const ModelParams = Type.Object({ name: Type.String(), version: Type.Optional(Type.String()) });

export const ModelNameAndVersion = Type.Object({ name: Type.String(), version: Type.String() });

const FeatureDescription = Type.Object({
  name: Type.String(),
  lowest: Type.Number({ description: 'the lowest value that is accepted' }),
  highest: Type.Number({ description: 'the highest value that is accepted' }),
});

/** A feature in the training rows, as the model's document has it. */
const FeatureSummary = Type.Object({
  minimum: Type.Number(),
  maximum: Type.Number(),
  bin_edges: Type.Array(Type.Number()),
  counts: Type.Array(Type.Integer()),
});

const Training = Type.Object({
  n_samples: Type.Integer(),
  features: Type.Array(FeatureSummary),
  held_out: Type.Union([Type.Null(), Type.Object({ n_samples: Type.Integer(), mean_squared_error: Type.Number() })]),
});

/** What a client may want to know of a model. */
export const ModelDescription = Type.Object({
  name: Type.String(),
  version: Type.Integer({ description: '1 for a model of one file' }),
  kind: Type.String(),
  sklearn_version: Type.String(),
  sha256: Type.String({ description: "of the model's file" }),
  scaler_fit: Type.Union([Type.Literal('training'), Type.Literal('request')]),
  n_trees: Type.Integer(),
  features: Type.Array(FeatureDescription),
  training: Type.Optional(Training),
});
export type ModelDescription = Static<typeof ModelDescription>;

export const ModelList = Type.Object({ default: Type.String(), models: Type.Array(ModelDescription) });

export const ModelNames = Type.Object({ models: Type.Array(Type.String()) });

export const Health = Type.Object({ status: Type.Literal('ok') });
