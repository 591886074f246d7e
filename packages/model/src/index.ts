export { type InputCode, InputError, type ModelFormatCode, ModelFormatError } from './errors.js';
export { type Golden, type Model, parseModel } from './format.js';
export type { Interval } from './interval.js';
export { createPredictor, type Predictor, type PredictorOptions } from './predictor.js';
export type { Scaler } from './scaler.js';
export type { FeatureSummary, HeldOut, Training } from './training.js';
export type { Trees } from './trees.js';
export { verify } from './verify.js';
