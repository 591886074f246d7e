import { Registry } from 'prom-client';
import { registerDriftMetrics } from './drift-metrics.js';
import { type ModelMetricsOptions, registerModelMetrics } from './model-metrics.js';
import { processMetrics } from './process-metrics.js';
import { type RequestMetricsOptions, registerRequestMetrics } from './request-metrics.js';

export interface RegistryOptions extends RequestMetricsOptions, ModelMetricsOptions {}

/** Makes the metrics of one app, which read its counts when they are asked for, beside those of the process. */
export function createRegistry(options: RegistryOptions): Registry {
  const registry = new Registry();
  registerRequestMetrics(registry, options);
  registerModelMetrics(registry, options);
  registerDriftMetrics(registry, options);
  return Registry.merge([registry, processMetrics()]);
}
