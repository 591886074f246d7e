import { escapeHtml } from '../html.js';
import { code, table } from './layout.js';
import type { Components, Content, Example, Operation, Parameter, Response } from './openapi.js';

/** An operation, with a command for each shape that its body may have. */
export function renderOperation(method: string, path: string, operation: Operation, components: Components): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const scope = scopeOf(operation);
  return `<section id="${operationId}">
<h3><span class="method">${method}</span> ${code(path)} ${escapeHtml(summary)}</h3>
${scope === undefined ? '' : `<p>For the scope ${code(scope)}`}
${parameters.length === 0 ? '' : renderParameters(parameters)}
${requestBody === undefined ? '' : renderBody(method, path, operation, requestBody.content, components)}
<details><summary>Answers</summary>
${renderResponses(responses)}
</details>
</section>`;
}

/** What a client must have, where not everybody is let in. */
function scopeOf({ security = [] }: Operation): string | undefined {
  return security.flatMap((scheme) => Object.values(scheme).flat())[0];
}

function renderParameters(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ name, in: place, description, schema }) => [
    code(name),
    place,
    escapeHtml(description) + (schema.enum ?? []).map((value) => ` ${code(String(value))}`).join(''),
  ]);
  return table(['Parameter', 'In', ''], rows);
}

function renderBody(
  method: string,
  path: string,
  operation: Operation,
  content: Content,
  components: Components,
): string {
  const headers = scopeOf(operation) === undefined ? '' : ' -H "authorization: Bearer $KEY"';
  const types = Object.keys(content).map(code).join(', ');
  const examples = Object.entries(content).flatMap(([type, { examples = {} }]) =>
    Object.keys(examples).map((name, k) => {
      const { summary, value } = components.examples[name];
      const command = curl(method, fill(path, name), headers, type, value);
      const answer = JSON.stringify(components.examples[answerTo(name)].value);
      const shown = `<pre>${escapeHtml(command)}</pre>\n<pre>${escapeHtml(answer)}</pre>`;
      return `<details${k === 0 ? ' open' : ''}><summary>${escapeHtml(summary)}</summary>${shown}</details>`;
    }),
  );
  return `<p>Body: ${types}\n${examples.join('\n')}`;
}

/** An example as a command of curl. */
function curl(method: string, path: string, headers: string, type: string, value: Example['value']): string {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return `curl "$URL${path}" -X ${method}${headers} -H 'content-type: ${type}' --data-binary ${quote(body)}`;
}

// in a shell nothing but a quote ends what stands in quotes
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function answerTo(example: string): string {
  return example.replace(/\w+$/, 'answer');
}

/** The path for the model that an example is of, `housing.1.table.columns`. */
function fill(path: string, example: string): string {
  const [, name = '', version = ''] = /^(.+)\.(\d+)\.\w+\.\w+$/.exec(example) ?? [];
  return path.replace('{name}', name).replace('{version}', version);
}

function renderResponses(responses: Operation['responses']): string {
  const rows = Object.entries(responses).map(([status, response]) => [
    status,
    describeAnswer(response),
    Object.keys(response.headers ?? {})
      .map(code)
      .join(' '),
  ]);
  return table(['Status', 'What', 'Headers'], rows);
}

function describeAnswer({ description, content = {} }: Response): string {
  const { 'application/problem+json': problem, ...others } = content;
  const codes = problem?.schema?.properties?.code.enum ?? [];
  const links = codes.map((one) => `<a href="docs/problems/${one}">${code(String(one))}</a>`);
  const text = problem === undefined ? [escapeHtml(description)] : [];
  return [...text, ...Object.keys(others).map(code), ...links].join(' ');
}
