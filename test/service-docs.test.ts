import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { awkwardModel } from './support/awkward-model.js';
import { type OpenApi, openApiOf } from './support/openapi.js';
import { build, post, servedModel } from './support/service.js';

t.test('the page names every operation, feature and problem', async (t) => {
  const app = build(t);
  const { body, headers } = await app.inject('/docs');
  t.equal(headers['content-type'], 'text/html; charset=utf-8');
  const openapi = await openApiOf(app);
  const { paths, components } = openapi;
  for (const [path, operations] of Object.entries(paths))
    for (const method of Object.keys(operations))
      t.match(body, `<span class="method">${method.toUpperCase()}</span> <code>${path}</code>`);
  for (const feature of Object.keys(components.schemas['housing.1.record'].properties ?? {}))
    t.match(body, `<td><code>${feature}</code></td>`);
  const codes = codesOf(openapi);
  t.ok(codes.length > 25);
  for (const code of codes) t.match(body, `href="docs/problems/${code}"`);
});

t.test('its commands ask as a shell reads them', async (t) => {
  for (const models of [[servedModel('housing')], [awkwardModel]]) {
    const app = build(t, { models });
    const { body } = await app.inject('/docs');
    const commands = [...body.matchAll(/<pre>(curl .*?)<\/pre>/gs)].map(([, command]) => unescapeHtml(command));
    t.ok(commands.length > 20);
    for (const command of commands) {
      const { statusCode, body } = await app.inject(readCurl(command));
      t.equal(statusCode, 200, body);
    }
  }
});

/** The request that a command of curl sends. */
function readCurl(command: string): InjectOptions {
  const script = `URL=; curl() { for word; do printf '%s\\0' "$word"; done; }; ${command}`;
  const [url, , method, , header, , payload] = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0');
  const [name, value] = header.split(': ');
  return { method: method as 'POST', url, headers: { [name]: value }, payload };
}

t.test('where keys are needed its commands send one, and it tells for which scope', async (t) => {
  const authenticate = () => ({ name: 'a', scopes: new Set(['predict'] as const) });
  const { body } = await build(t, { authenticate, auth: 'keys' }).inject('/docs');
  t.match(
    body,
    'set it first, by\n<code>URL=http://localhost:5000</code>, say, and <code>KEY</code> to your key or token.',
  );
  t.match(body, '<p>For the scope <code>predict</code>');
  const commands = [...body.matchAll(/<pre>(curl .*?)<\/pre>/gs)].map(([, command]) => unescapeHtml(command));
  t.ok(commands.length > 20);
  for (const command of commands) t.match(command, ' -H "authorization: Bearer $KEY" ');
  t.notMatch((await build(t).inject('/docs')).body, 'authorization');
});

t.test('every problem has its page, which its documents name', async (t) => {
  const app = build(t);
  for (const code of codesOf(await openApiOf(app))) {
    const { statusCode, headers, body } = await app.inject(`/docs/problems/${code}`);
    t.equal(statusCode, 200, code);
    t.equal(headers['content-type'], 'text/html; charset=utf-8');
    t.match(body, new RegExp(`<h1>\\S.+</h1>\n<p><code>${code}</code>, status [45]\\d\\d\n`));
    t.match(body, /<h2>When<\/h2>\n<p>[A-Z].+\.\n<h2>What to do<\/h2>\n<p>[A-Z].+\.\n/);
  }
  const { type, title } = (await post(app, '/predict', '{')).json();
  t.equal(type, '/docs/problems/malformed_json');
  t.match((await app.inject(type)).body, `<h1>${title}</h1>`);
});

t.test('other codes have none', async (t) => {
  const app = build(t);
  for (const code of ['wrong', 'toString', '__proto__', '%3Cb%3E']) {
    const response = await app.inject(`/docs/problems/${code}`);
    t.equal(response.statusCode, 404, code);
    t.equal(response.json().code, 'unknown_route', code);
  }
});

t.test('the pages load nothing but their own style, by its hash', async (t) => {
  const app = build(t);
  for (const url of ['/docs', '/docs/problems/closing']) {
    const { body, headers } = await app.inject(url);
    const [, style = ''] = body.match(/<style>(.*)<\/style>/s) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    t.equal(
      headers['content-security-policy'],
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    t.notMatch(body, /<script|<img|<link|style="|https?:\/\/(?!localhost)/);
  }
});

t.test('they escape what a document says', async (t) => {
  const app = build(t, { models: [awkwardModel], defaultModel: awkwardModel.name });
  const { body } = await app.inject('/docs');
  t.notMatch(body, /<b>/);
});

t.test('they come again only when they have changed', async (t) => {
  const app = build(t);
  for (const url of ['/docs', '/docs/problems/closing']) {
    const { headers } = await app.inject(url);
    const again = await app.inject({ url, headers: { 'if-none-match': String(headers.etag) } });
    t.equal(again.statusCode, 304);
  }
});

t.test('the home page leads there', async (t) => {
  t.match((await build(t).inject('/')).body, '<a href="docs">');
});

function codesOf({ components }: OpenApi): string[] {
  return components.schemas.Problem.properties?.code.enum ?? [];
}

function unescapeHtml(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
}
