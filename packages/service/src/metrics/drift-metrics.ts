import { Counter, Gauge, type Registry } from 'prom-client';
import type { Drift } from './drift.js';
import type { ModelMetricsOptions } from './model-metrics.js';

/** Tells of drift, by the features of each model that has a training block. */
export function registerDriftMetrics(registry: Registry, { models, usage }: ModelMetricsOptions): void {
  const registers = [registry];
  const labelNames = ['model', 'version', 'feature'] as const;

  new Counter({
    name: 'model_drift_rows_total',
    help: 'Rows that have been looked at for drift: all of a request, or a thousand where it has more.',
    labelNames: ['model', 'version'],
    registers,
    collect() {
      this.reset();
      for (const { model, version, drift } of drifts()) this.inc({ model, version }, drift.nRows);
    },
  });

  new Counter({
    name: 'model_drift_rows_outside_training_range_total',
    help: 'Those of them in which the feature is less than its minimum or more than its maximum in training.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { model, version, features, drift } of drifts())
        for (const [f, feature] of features.entries()) this.inc({ model, version, feature }, drift.nOutside[f]);
    },
  });

  new Gauge({
    name: 'model_drift_population_stability_index',
    help: 'How far the distribution of a feature is from that in training: over the last 30 to 60 minutes, longer where these have fewer than 1000 rows; absent before 1000 rows, and after a day without one.',
    labelNames,
    registers,
    collect() {
      this.reset();
      const now = Date.now();
      for (const { model, version, features, drift } of drifts())
        for (const [f, index] of drift.stabilityIndices(now)?.entries() ?? [])
          this.set({ model, version, feature: features[f] }, index);
    },
  });

  function drifts(): { model: string; version: number; features: readonly string[]; drift: Drift }[] {
    return models.list().flatMap((served) => {
      const drift = usage.drift(served);
      const { name: model, version } = served;
      return drift === undefined ? [] : { model, version, features: served.model.featureNames, drift };
    });
  }
}
