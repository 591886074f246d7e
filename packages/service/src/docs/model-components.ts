import type { ServedModel } from '../models/served-model.js';
import { type DialectName, dialectNames, dialects } from './dialects.js';
import { type ExampleRows, exampleRows } from './example-rows.js';
import { type Content, type Example, type MediaType, type Reference, refer, type Schema } from './openapi.js';
import { componentOf, rowSchemas } from './row-schemas.js';

/** What of the document belongs to a version of a model. */
export interface ModelComponents {
  readonly served: ServedModel;
  readonly schemas: Record<string, Schema>;
  readonly examples: Record<string, Example>;
  /** What the bodies of requests are, by dialect. */
  readonly requests: Record<string, Content>;
  /** The answer to all examples of a dialect. */
  readonly answers: Record<string, Record<string, Reference>>;
}

/** Describes the shapes of a model's rows, with examples that get the answers beside them. */
export function describeModel(served: ServedModel): ModelComponents {
  const model: ModelComponents = { served, schemas: rowSchemas(served), examples: {}, requests: {}, answers: {} };
  const rows = exampleRows(served);
  for (const name of dialectNames) addDialect(model, name, rows);
  return model;
}

function addDialect(model: ModelComponents, name: DialectName, rows: ExampleRows): void {
  const { served, schemas, requests, answers } = model;
  const dialect = dialects[name];
  schemas[componentOf(served, name)] = dialect.schema(served);
  const content = Object.entries(dialect.examples(rows, served)).map(([type, shapes]): [string, MediaType] => {
    const examples = Object.entries(shapes).map(([shape, value]) => addExample(model, name, shape, value));
    const schema =
      type === 'application/json' ? refer('schemas', componentOf(served, name)) : { type: 'string', format: 'csv' };
    return [type, { schema, examples: Object.assign({}, ...examples) }];
  });
  requests[name] = Object.fromEntries(content);
  answers[name] = addExample(model, name, 'answer', dialect.answer(rows, served));
}

function addExample(
  { served, examples }: ModelComponents,
  dialect: DialectName,
  shape: string,
  value: unknown,
): Record<string, Reference> {
  const name = componentOf(served, `${dialect}.${shape}`);
  examples[name] = { summary: `${served.name} ${served.version}: ${shape}`, value };
  return { [name]: refer('examples', name) };
}
