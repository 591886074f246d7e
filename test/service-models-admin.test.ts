import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyFile, openRepository } from '@housing/service';
import t, { type Test } from 'tap';
import { documentOf } from './support/documents.js';
import { makeKey, openKeys, textOf } from './support/keys.js';
import { build, post } from './support/service.js';

const row = { a: 1, b: 2 };

const ann = makeKey('ann', ['admin', 'predict', 'metadata']);
const bob = makeKey('bob', ['predict', 'metadata', 'metrics']);

/** An app of one model that ann may load and unload, and the lines of its log. */
function buildWithAdmin(t: Test) {
  const folder = t.testdir({ models: { 'm.json': documentOf(10) }, 'keys.json': textOf([ann, bob]) });
  const { authenticate } = openKeyFile(join(folder, 'keys.json'));
  const repository = openRepository(join(folder, 'models'), 'm');
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const app = build(t, { models: repository.models, repository, authenticate, logger: { level: 'info', stream } });
  const act = (url: string, { key } = ann) =>
    app.inject({ method: 'POST', url: `/v2/repository/models/${url}`, headers: { 'x-api-key': key } });
  const predict = () =>
    app.inject({ method: 'POST', url: '/predict', headers: { 'x-api-key': bob.key }, payload: [row] });
  return { folder: join(folder, 'models'), app, act, predict, lines };
}

t.test('nobody is an administrator by default', async (t) => {
  const app = build(t);
  for (const url of ['housing/load', 'housing/unload', 'none/load']) {
    const response = await post(app, `/v2/repository/models/${url}`, {});
    t.equal(response.statusCode, 403);
    t.match(response.json(), { code: 'admin_required', detail: 'expected an administrator, got another client' });
  }
  t.equal((await app.inject('/models/housing')).statusCode, 200);
});

t.test('who is no administrator loads and unloads nothing', async (t) => {
  const { folder, act, predict } = buildWithAdmin(t);
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  for (const url of ['m/load', 'm/unload']) t.equal((await act(url, bob)).statusCode, 403);
  t.strictSame((await predict()).json(), { prediction: [7] });
});

t.test('an administrator unloads a model and loads what is there now', async (t) => {
  const { folder, act, predict } = buildWithAdmin(t);
  const unloaded = await act('m/unload');
  t.equal(unloaded.statusCode, 200);
  t.strictSame(unloaded.json(), {});
  t.equal((await predict()).statusCode, 503);
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  t.equal((await act('m/load')).statusCode, 200);
  t.strictSame((await predict()).json(), { prediction: [17] });
});

t.test('a model that is sent along is refused, not taken for the one of the folder', async (t) => {
  const { folder, app, predict } = buildWithAdmin(t);
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  for (const parameter of ['config', 'file:1/model.json']) {
    const response = await app.inject({
      method: 'POST',
      url: '/v2/repository/models/m/load',
      headers: { 'x-api-key': ann.key },
      payload: { parameters: { [parameter]: 'e30=' } },
    });
    t.equal(response.statusCode, 400);
    const pointer = `/parameters/${parameter.replace('/', '~1')}`;
    const detail = `${pointer}: expected a model from its files, got one that is sent along`;
    t.match(response.json(), { code: 'unknown_key', pointer, detail, error: detail });
  }
  t.strictSame((await predict()).json(), { prediction: [7] });
});

t.test("parameters are left aside, and so may their media type be, as Triton's client does", async (t) => {
  const { app } = buildWithAdmin(t);
  const payload = '{"parameters":{"unload_dependents":false}}';
  for (const more of [{}, { 'content-type': 'application/json' }]) {
    const headers = { 'x-api-key': ann.key, ...more };
    for (const act of ['unload', 'load']) {
      const response = await app.inject({ method: 'POST', url: `/v2/repository/models/m/${act}`, headers, payload });
      t.equal(response.statusCode, 200, act);
    }
  }
});

t.test('a load that fails is 503 with the reason, and what served still does', async (t) => {
  const { folder, act, predict } = buildWithAdmin(t);
  writeFileSync(join(folder, 'm.json'), '[]');
  const response = await act('m/load');
  t.equal(response.statusCode, 503);
  const detail = 'expected m 1 to load, got: document: expected an object, got an array of 0';
  t.match(response.json(), { code: 'load_failed', detail });
  t.strictSame((await predict()).json(), { prediction: [7] });
});

t.test('a load from a folder that is lost is 503 with the reason, and changes nothing', async (t) => {
  const { folder, act, predict, lines } = buildWithAdmin(t);
  rmSync(folder, { recursive: true });
  for (const name of ['m', 'none']) {
    const response = await act(`${name}/load`);
    t.equal(response.statusCode, 503);
    const detail = new RegExp(`^expected ${name} to load, got: MODELS_DIR: expected a folder, got ENOENT`);
    t.match(response.json(), { code: 'load_failed', detail });
  }
  t.match(lines[0], { level: 50, client: 'ann', msg: 'model not loaded', reason: /ENOENT/ });
  t.strictSame((await predict()).json(), { prediction: [7] });
});

t.test('a load of an unloaded model whose file is gone is 503, until a file is there', async (t) => {
  const { folder, act, predict } = buildWithAdmin(t);
  writeFileSync(join(folder, 'n.json'), documentOf(10));
  await act('m/unload');
  rmSync(join(folder, 'm.json'));
  const response = await act('m/load');
  t.equal(response.statusCode, 503);
  t.match(response.json(), { code: 'load_failed', detail: 'expected m to load, got: expected its file, got none' });
  t.match((await predict()).json(), { code: 'model_unavailable' });
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  t.equal((await act('m/load')).statusCode, 200);
  t.strictSame((await predict()).json(), { prediction: [17] });
});

t.test('an unknown model is 404, and another method 405', async (t) => {
  const { app, act } = buildWithAdmin(t);
  for (const url of ['none/load', 'none/unload']) {
    const response = await act(url);
    t.equal(response.statusCode, 404);
    t.match(response.json(), { code: 'unknown_model' });
    t.equal((await app.inject(`/v2/repository/models/${url}`)).headers.allow, 'POST');
  }
});

t.test('the log tells who has loaded and unloaded what, and who was refused', async (t) => {
  const { folder, act, lines } = buildWithAdmin(t);
  await act('m/unload');
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  await act('m/load');
  writeFileSync(join(folder, 'm.json'), '[]');
  await act('m/load');
  await act('m/unload', bob);
  t.match(lines, [
    { client: 'ann', msg: 'model removed', model: 'm', version: 1, reason: 'unloaded' },
    { client: 'ann', msg: 'answered', url: '/v2/repository/models/m/unload', status: 200 },
    { client: 'ann', msg: 'model loaded', model: 'm', version: 1 },
    { client: 'ann', msg: 'answered', url: '/v2/repository/models/m/load', status: 200 },
    { client: 'ann', msg: 'model failed', model: 'm', version: 1, level: 50 },
    { client: 'ann', msg: 'answered', url: '/v2/repository/models/m/load', status: 503 },
    { client: 'bob', msg: 'answered', url: '/v2/repository/models/m/unload', status: 403 },
  ]);
});

t.test('the extension is announced where an administrator can use it, and nowhere else', async (t) => {
  const { app } = buildWithAdmin(t);
  const { extensions } = (await app.inject({ url: '/v2', headers: { 'x-api-key': bob.key } })).json();
  t.strictSame(extensions, ['binary_tensor_data', 'model_repository']);
  t.strictSame((await build(t).inject('/v2')).json().extensions, ['binary_tensor_data']);

  // who may, but where models stay
  const { authenticate } = openKeys(t, [ann]);
  const fixed = build(t, { authenticate });
  const headers = { 'x-api-key': ann.key };
  t.strictSame((await fixed.inject({ url: '/v2', headers })).json().extensions, ['binary_tensor_data']);
  const response = await fixed.inject({ method: 'POST', url: '/v2/repository/models/housing/unload', headers });
  t.equal(response.statusCode, 403);
  const detail = 'expected a service that loads models, got one whose models stay';
  t.match(response.json(), { code: 'admin_required', detail });
});
