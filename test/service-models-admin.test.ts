import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@housing/service';
import t, { type Test } from 'tap';
import { documentOf } from './support/documents.js';
import { build, post } from './support/service.js';

const row = { a: 1, b: 2 };

/** An app of one model whose administrator is who says so: a stand-in for what authenticates. */
function buildWithAdmin(t: Test) {
  const folder = t.testdir({ 'm.json': documentOf(10) });
  const repository = openRepository(folder);
  const admin = { repository, isAdmin: ({ headers }: { headers: object }) => 'x-admin' in headers };
  const app = build(t, { models: repository.models, admin });
  const act = (url: string, headers: Record<string, string> = { 'x-admin': '' }) =>
    app.inject({ method: 'POST', url: `/v2/repository/models/${url}`, headers });
  return { folder, app, act };
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
  const { folder, app, act } = buildWithAdmin(t);
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  for (const url of ['m/load', 'm/unload']) t.equal((await act(url, {})).statusCode, 403);
  t.strictSame((await post(app, '/predict', [row])).json(), { prediction: [7] });
});

t.test('an administrator unloads a model and loads what is there now', async (t) => {
  const { folder, app, act } = buildWithAdmin(t);
  const unloaded = await act('m/unload');
  t.equal(unloaded.statusCode, 200);
  t.strictSame(unloaded.json(), {});
  t.equal((await post(app, '/predict', [row])).statusCode, 503);
  writeFileSync(join(folder, 'm.json'), documentOf(20));
  t.equal((await act('m/load')).statusCode, 200);
  t.strictSame((await post(app, '/predict', [row])).json(), { prediction: [17] });
});

t.test('a load that fails is 503 with the reason, and what served still does', async (t) => {
  const { folder, app, act } = buildWithAdmin(t);
  writeFileSync(join(folder, 'm.json'), '[]');
  const response = await act('m/load');
  t.equal(response.statusCode, 503);
  const detail = 'expected m 1 to load, got: document: expected an object, got an array of 0';
  t.match(response.json(), { code: 'load_failed', detail });
  t.strictSame((await post(app, '/predict', [row])).json(), { prediction: [7] });
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
