import { Counter, Gauge, type Registry } from 'prom-client';
import { type ModelState, type Models, UNLOADED } from '../models/models.js';
import type { Usage } from './usage.js';

const STATES: readonly ModelState['state'][] = ['READY', 'UNAVAILABLE'];

export interface ModelMetricsOptions {
  readonly models: Models;
  readonly usage: Usage;
}

/** Tells of the models: whether they serve, when and whether they were loaded, and how many rows they have predicted. */
export function registerModelMetrics(registry: Registry, { models, usage }: ModelMetricsOptions): void {
  const registers = [registry];
  const labelNames = ['model', 'version'] as const;

  new Gauge({
    name: 'model_state',
    help: 'Whether a version of a model is in this state (1) or not (0).',
    labelNames: [...labelNames, 'state'],
    registers,
    collect() {
      this.reset();
      for (const { name: model, version, state } of models.states())
        for (const one of STATES) this.set({ model, version, state: one }, one === state ? 1 : 0);
    },
  });

  new Gauge({
    name: 'model_loaded_timestamp_seconds',
    help: 'When the file that serves had been read and verified, in seconds since 1970.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { name: model, version, loadedAt } of models.list()) this.set({ model, version }, loadedAt / 1000);
    },
  });

  new Gauge({
    name: 'model_last_load_successful',
    help: 'Whether the last look at the file of a version found a model that verifies (1) or not (0), whatever serves.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { name: model, version, reason } of models.states())
        this.set({ model, version }, reason === '' || reason === UNLOADED ? 1 : 0);
    },
  });

  new Gauge({
    name: 'model_folder_last_read_successful',
    help: 'Whether the folder of models was taken when it was last read (1) or refused as a whole (0).',
    registers,
    collect() {
      this.set(models.isFolderRefused() ? 0 : 1);
    },
  });

  new Counter({
    name: 'model_load_failures_total',
    help: 'Files that failed to load since the start; without a model, how often the whole folder was refused.',
    labelNames: ['model'],
    registers,
    collect() {
      this.reset();
      for (const { name } of models.states()) this.inc({ model: name }, 0);
      for (const [model, n] of models.failedLoads()) this.inc({ model }, n);
    },
  });

  new Counter({
    name: 'model_predicted_rows_total',
    help: 'Rows predicted in requests that have been answered.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { name: model, version } of models.list()) this.inc({ model, version }, 0);
      for (const { model, version, nRows } of usage.rowCounts()) this.inc({ model, version }, nRows);
    },
  });
}
