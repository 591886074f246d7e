import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * What prom-client tells of the process, by its usual names: memory, processor time, event loop delay, garbage collection. It is one for
 * all apps of a process, since it looks on for as long as that lives.
 */
export function processMetrics(): Registry {
  registry ??= collect();
  return registry;
}

function collect(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // gauges, whose names say that they count; the same is in `nodejs_active_resources`
  for (const name of misnamed) registry.removeSingleMetric(name);
  return registry;
}
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];
