import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@housing/service';
import t from 'tap';
import { documentOf } from './support/documents.js';
import { build, post, servedModel } from './support/service.js';

const names = ['CHAS', 'RM', 'TAX', 'PTRATIO', 'B', 'LSTAT'];
const row = [0, 6.575, 296, 15.3, 396.9, 4.98];
const record = Object.fromEntries(names.map((name, f) => [name, row[f]]));
const url = '/v1/models/housing:predict';

t.test('instances are arrays or objects, and other keys are left aside', async (t) => {
  const app = build(t);
  for (const instances of [
    [row, row],
    [record, record],
  ]) {
    const response = await post(app, url, { signature_name: 'serving_default', instances });
    t.equal(response.statusCode, 200);
    t.strictSame(response.json(), { predictions: [25.0021457871835, 25.0021457871835] });
  }
  t.strictSame((await post(app, url, { instances: [] })).json(), { predictions: [] });
});

t.test('a model of a name with dots and dashes is asked too', async (t) => {
  const app = build(t, { models: [{ ...servedModel('housing'), name: 'a.b-c_d' }] });
  t.strictSame((await post(app, '/v1/models/a.b-c_d:predict', { instances: [row] })).json(), {
    predictions: [25.0021457871835],
  });
});

t.test('the state of a model is told as both servers tell it', async (t) => {
  t.strictSame((await build(t).inject('/v1/models/housing')).json(), {
    name: 'housing',
    ready: true,
    model_version_status: [{ version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } }],
  });
});

t.test('one version of several is asked, and the state of each told', async (t) => {
  const folder = t.testdir({ m: { '1.json': documentOf(1), '2.json': documentOf(2), '10.json': documentOf(10) } });
  const { models, reload } = openRepository(folder);
  const app = build(t, { models });
  for (const [url, prediction] of [
    ['/v1/models/m:predict', 7],
    ['/v1/models/m/versions/1:predict', -2],
    ['/v1/models/m/versions/2:predict', -1],
  ] as const)
    t.strictSame((await post(app, url, { instances: [[1, 2]] })).json(), { predictions: [prediction] }, url);
  const status = { error_code: 'OK', error_message: '' };
  const available = (version: string) => ({ version, state: 'AVAILABLE', status });
  const told = async (url: string) => (await app.inject(url)).json().model_version_status;
  t.strictSame(await told('/v1/models/m'), ['1', '2', '10'].map(available));
  t.strictSame(await told('/v1/models/m/versions/2'), [available('2')]);

  writeFileSync(join(folder, 'm', '11.json'), '{');
  await reload();
  t.match((await told('/v1/models/m'))[3], {
    version: '11',
    state: 'END',
    status: { error_code: 'UNKNOWN', error_message: /JSON/ },
  });
  t.match((await app.inject('/v1/models/m/versions/11')).json(), {
    status: 503,
    code: 'model_unavailable',
    error: /JSON/,
  });
  for (const version of ['3', '01', 'x'])
    for (const response of [
      await app.inject(`/v1/models/m/versions/${version}`),
      await post(app, `/v1/models/m/versions/${version}:predict`, { instances: [] }),
    ])
      t.match(response.json(), { status: 404, code: 'unknown_version' }, version);
});

t.test('the names of all models are listed as KServe does', async (t) => {
  const response = await build(t).inject('/v1/models');
  t.strictSame(response.json(), { models: ['housing', 'housing-flask'] });
});

t.test('what is not as it should be is refused, with an error that its clients read', async (t) => {
  const app = build(t);
  const refusals: [unknown, Record<string, unknown>][] = [
    ['', { code: 'empty_body', pointer: '' }],
    ['[]', { code: 'wrong_type', pointer: '', error: 'body: expected an object, got an array of 0' }],
    [{}, { code: 'wrong_type', error: '/instances: expected an array of rows, got undefined' }],
    [{ inputs: [row] }, { code: 'unknown_key', error: '/inputs: expected instances alone, got inputs' }],
    [
      { instances: [row], inputs: [row] },
      { code: 'unknown_key', error: '/inputs: expected instances alone, got inputs too' },
    ],
    [{ instances: [1] }, { code: 'wrong_type', pointer: '/instances/0' }],
    [{ instances: [[1]] }, { code: 'wrong_length', pointer: '/instances/0' }],
    [{ instances: [{ ...record, AGE: 1 }] }, { code: 'unknown_feature', pointer: '/instances/0/AGE' }],
    [{ instances: [row.with(1, null as never)] }, { code: 'wrong_type', pointer: '/instances/0/1' }],
  ];
  for (const [body, problem] of refusals) t.match((await post(app, url, body)).json(), { status: 400, ...problem });
  const known = 'expected one of housing, housing-flask, got "boston"';
  t.match((await app.inject('/v1/models/boston')).json(), { status: 404, code: 'unknown_model', error: known });
  t.match((await post(app, '/v1/models/boston:predict', {})).json(), { status: 404, error: known });
  for (const asked of ['housing:explain', 'housing/versions/1:classify']) {
    const unknown = { status: 404, code: 'unknown_route', error: `expected a known path, got /v1/models/${asked}` };
    t.match((await post(app, `/v1/models/${asked}`, {})).json(), unknown);
    t.match((await app.inject(`/v1/models/${asked}`)).json(), unknown);
  }
});
