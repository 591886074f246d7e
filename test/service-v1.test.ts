import t from 'tap';
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

t.test('what is not as it should be is refused, with an error that its clients read', async (t) => {
  const app = build(t);
  const refusals: [unknown, Record<string, unknown>][] = [
    ['', { code: 'empty_body', pointer: '' }],
    ['[]', { code: 'wrong_type', pointer: '', error: 'body: expected an object, got an array of 0' }],
    [{}, { code: 'wrong_type', error: '/instances: expected an array of rows, got undefined' }],
    [{ instances: [1] }, { code: 'wrong_type', pointer: '/instances/0' }],
    [{ instances: [[1]] }, { code: 'wrong_length', pointer: '/instances/0' }],
    [{ instances: [{ ...record, AGE: 1 }] }, { code: 'unknown_feature', pointer: '/instances/0/AGE' }],
    [{ instances: [row.with(1, null as never)] }, { code: 'wrong_type', pointer: '/instances/0/1' }],
  ];
  for (const [body, problem] of refusals) t.match((await post(app, url, body)).json(), { status: 400, ...problem });
  const known = 'expected one of housing, housing-flask, got "boston"';
  t.match((await app.inject('/v1/models/boston')).json(), { status: 404, code: 'unknown_model', error: known });
  t.match((await post(app, '/v1/models/boston:predict', {})).json(), { status: 404, error: known });
  t.match((await post(app, '/v1/models/housing:explain', {})).json(), { status: 405, error: /^expected GET/ });
});
