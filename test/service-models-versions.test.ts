import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openRepository } from '@housing/service';
import t from 'tap';
import { documentOf } from './support/documents.js';
import { build, post } from './support/service.js';

const row = { a: 1, b: 2 };

t.test('the highest version serves, unless another is asked for', async (t) => {
  // as numbers: as text 10 comes before 9
  const folder = t.testdir({ m: { '9.json': documentOf(9), '10.json': documentOf(10) } });
  const app = build(t, { models: openRepository(folder).models });
  const predict = async (path: string) => (await post(app, path, [row])).json().prediction;
  t.strictSame(await predict('/predict'), [7]);
  t.strictSame(await predict('/models/m/predict'), [7]);
  t.strictSame(await predict('/models/m/versions/9/predict'), [6]);
  t.strictSame(await predict('/models/m/versions/10/predict'), [7]);
});

t.test('a model of one file is version 1', async (t) => {
  const app = build(t, { models: openRepository(t.testdir({ 'm.json': documentOf(10) })).models });
  t.strictSame((await post(app, '/models/m/versions/1/predict', [row])).json(), { prediction: [7] });
  t.match((await app.inject('/models/m')).json(), { name: 'm', version: 1 });
});

t.test('each version is described and listed', async (t) => {
  const folder = t.testdir({ m: { '9.json': documentOf(9), '10.json': documentOf(10) }, 'a.json': documentOf(1) });
  const app = build(t, { models: openRepository(folder, 'm').models });
  t.match((await app.inject('/models/m')).json(), { name: 'm', version: 10 });
  t.match((await app.inject('/models/m/versions/9')).json(), { name: 'm', version: 9 });
  t.match((await app.inject('/models')).json(), {
    default: 'm',
    models: [
      { name: 'a', version: 1 },
      { name: 'm', version: 9 },
      { name: 'm', version: 10 },
    ],
  });
});

t.test('an unknown version is 404, a padded one too', async (t) => {
  const folder = t.testdir({ m: { '1.json': documentOf(9), '2.json': documentOf(10) } });
  const app = build(t, { models: openRepository(folder).models });
  for (const version of ['3', '02', '1.0', 'latest']) {
    for (const response of [
      await post(app, `/models/m/versions/${version}/predict`, [row]),
      await app.inject(`/models/m/versions/${version}`),
    ]) {
      t.equal(response.statusCode, 404);
      t.match(response.json(), {
        code: 'unknown_version',
        detail: `expected one of the versions 1, 2 of m, got "${version}"`,
      });
    }
  }
  t.match((await app.inject('/models/none/versions/1')).json(), { code: 'unknown_model' });
});

t.test('a file and versions of one name are refused with file and reason', async (t) => {
  const folder = t.testdir({ 'm.json': documentOf(10), m: { '2.json': documentOf(10) } });
  const message = `${join(folder, 'm.json')}: expected this file or versions of m, got ${join(folder, 'm', '2.json')} too`;
  t.throws(() => openRepository(folder), { message });
});

t.test('a version that is no model stops the start with file and reason', async (t) => {
  const folder = t.testdir({ m: { '1.json': '[]', '2.json': documentOf(10) } });
  const message = `${join(folder, 'm', '1.json')}: document: expected an object, got an array of 0`;
  t.throws(() => openRepository(folder), { message });
});

t.test('what is named as neither model nor version is left aside', async (t) => {
  const folder = t.testdir({
    m: { '2.json': documentOf(10), '03.json': '', 'x.json': '', 'readme.md': '' },
    '..data': { '3.json': '' },
    'a b': { '3.json': '' },
    empty: {},
  });
  t.strictSame(openRepository(folder).models.states(), [{ name: 'm', version: 2, state: 'READY', reason: '' }]);
});

t.test('the headers of an answer name what produced it, also of a refusal', async (t) => {
  const texts = { '1.json': documentOf(9), '2.json': documentOf(10) };
  const app = build(t, { models: openRepository(t.testdir({ m: texts })).models });
  const headersOf = (version: '1' | '2') => ({
    'x-model-name': 'm',
    'x-model-version': version,
    'x-model-sha256': createHash('sha256').update(texts[`${version}.json`]).digest('hex'),
  });
  t.match((await post(app, '/predict', [row])).headers, headersOf('2'));
  t.match((await post(app, '/models/m/versions/1/predict', [row])).headers, headersOf('1'));
  for (const dialect of ['', '/v2']) {
    t.match((await app.inject(`${dialect}/models/m`)).headers, headersOf('2'));
    t.match((await app.inject(`${dialect}/models/m/versions/1`)).headers, headersOf('1'));
    const unchanged = await app.inject({ url: `${dialect}/models/m`, headers: { 'if-none-match': '*' } });
    t.equal(unchanged.statusCode, 304);
    t.match(unchanged.headers, headersOf('2'));
  }
  const refused = await post(app, '/models/m/versions/1/predict', [{ a: 1 }]);
  t.equal(refused.statusCode, 400);
  t.match(refused.headers, headersOf('1'));
});

t.test('a description that the client has already is not sent again', async (t) => {
  const app = build(t, {
    models: openRepository(t.testdir({ m: { '1.json': documentOf(9), '2.json': documentOf(10) } })).models,
  });
  const tags = new Set<string>();
  const urls = [
    '/models',
    '/models/m',
    '/models/m/versions/1',
    '/v2',
    '/v2/models',
    '/v2/models/m',
    '/v1/models',
    '/v1/models/m',
  ];
  for (const url of urls) {
    const { headers } = await app.inject(url);
    const tag = String(headers.etag);
    t.match(tag, /^W\/"[\w-]{43}"$/);
    t.equal((await app.inject({ method: 'HEAD', url })).headers.etag, tag);
    tags.add(tag);
    for (const names of [tag, tag.slice(2), `"other", ${tag}`, '*']) {
      const response = await app.inject({ url, headers: { 'if-none-match': names } });
      t.equal(response.statusCode, 304, names);
      t.equal(response.body, '');
      t.equal(response.headers.etag, tag);
      t.notOk('content-type' in response.headers);
    }
    t.equal((await app.inject({ url, headers: { 'if-none-match': '"other"' } })).statusCode, 200);
  }
  t.equal(tags.size, urls.length);
  for (const url of ['/v2/health/live', '/v2/models/m/ready'])
    t.equal((await app.inject({ url, headers: { 'if-none-match': '*' } })).statusCode, 200, url);
  const unknown = await app.inject({ url: '/models/none', headers: { 'if-none-match': '*' } });
  t.equal(unknown.statusCode, 404);
  t.notOk('etag' in unknown.headers);
});
