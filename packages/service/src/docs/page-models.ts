import { escapeHtml } from '../html.js';
import { code, table } from './layout.js';
import type { OpenApi, Schema } from './openapi.js';

/** The features of every model that serves: what each accepts, and what it was trained on. */
export function renderModels({ components }: OpenApi): string {
  return Object.entries(components.schemas)
    .filter(([name]) => name.endsWith('.record'))
    .map(
      ([name, schema]) => `<h3>${escapeHtml(name.replace(/\.(\d+)\.record$/, ' $1'))}</h3>\n${renderFeatures(schema)}`,
    )
    .join('\n');
}

function renderFeatures({ properties = {} }: Schema): string {
  const rows = Object.entries(properties).map(([feature, { minimum, maximum, description = '' }]) => [
    code(feature),
    String(minimum),
    String(maximum),
    escapeHtml(description),
  ]);
  return table(['Feature', 'Lowest accepted', 'Highest accepted', ''], rows);
}
