import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPredictor, parseModel } from '@housing/model';
import t from 'tap';
import { document, shipped } from './support/documents.js';
import { build, post, servedModel, shippedFolder } from './support/service.js';

const row = { CHAS: 0, RM: 6.575, TAX: 296, PTRATIO: 15.3, B: 396.9, LSTAT: 4.98 };

t.test('a model is asked by its name', async (t) => {
  const app = build(t);
  t.strictSame((await post(app, '/models/housing/predict', [row])).json(), { prediction: [25.0021457871835] });
  t.strictSame((await post(app, '/models/housing-flask/predict', [row])).json(), { prediction: [20.35373177134412] });
});

t.test('the default may be another', async (t) => {
  const app = build(t, { defaultModel: 'housing-flask' });
  t.strictSame((await post(app, '/predict', [row])).json(), { prediction: [20.35373177134412] });
  t.match((await app.inject('/models')).json(), { default: 'housing-flask' });
});

t.test('a model is described in the words of its document', async (t) => {
  const app = build(t);
  const response = await app.inject('/models/housing');
  t.equal(response.statusCode, 200);
  const { training } = shipped('housing');
  const { accepted } = createPredictor(parseModel(shipped('housing')));
  t.strictSame(response.json(), {
    name: 'housing',
    version: 1,
    kind: 'GradientBoostingRegressor',
    sklearn_version: '0.20.3',
    sha256: createHash('sha256').update(readFileSync(join(shippedFolder, 'housing.json'))).digest('hex'), // biome-ignore format: one value
    scaler_fit: 'training',
    n_trees: 400,
    features: Object.keys(row).map((name, f) => ({ name, ...accepted[f] })),
    training,
  });
  t.match((await app.inject('/models/housing-flask')).json(), { name: 'housing-flask', scaler_fit: 'request' });
});

t.test('all models are listed, with the default', async (t) => {
  const app = build(t);
  const { default: name, models } = (await app.inject('/models')).json();
  t.equal(name, 'housing');
  t.strictSame(models, [
    (await app.inject('/models/housing')).json(),
    (await app.inject('/models/housing-flask')).json(),
  ]);
});

t.test('a model may have no training block, or no held-back rows', async (t) => {
  const { training, ...without } = document();
  const describe = async (document: Record<string, unknown>) => {
    const model = parseModel(document);
    const app = build(t, { models: [{ ...servedModel('housing'), model, predictor: createPredictor(model) }] });
    return (await app.inject('/models/housing')).json();
  };
  t.notOk('training' in (await describe(without)));
  t.match(await describe(document({ training: { ...(training as object), held_out: null } })), {
    training: { held_out: null },
  });
});

t.test('columns and data are features like others where the model has such', async (t) => {
  for (const feature_names of [
    ['columns', 'data'],
    ['columns', 'b'],
    ['a', 'data'],
  ]) {
    const model = parseModel(document({ feature_names }));
    const app = build(t, { models: [{ ...servedModel('housing'), model, predictor: createPredictor(model) }] });
    const [a, b] = feature_names;
    t.strictSame((await post(app, '/predict', { [a]: [1, 3], [b]: [2, 8] })).json(), { prediction: [7, 13] });
    const split = { columns: feature_names, data: [[1, 2]] };
    t.equal((await post(app, '/predict', split)).statusCode, 400);
  }
});

t.test('a feature may have any name', async (t) => {
  const model = parseModel(document({ feature_names: ['__proto__', 'constructor'] }));
  const app = build(t, { models: [{ ...servedModel('housing'), model, predictor: createPredictor(model) }] });
  t.strictSame((await post(app, '/predict', '{"__proto__":[1],"constructor":[2]}')).json(), { prediction: [7] });
  t.strictSame((await post(app, '/predict', '[{"__proto__":1,"constructor":2}]')).json(), { prediction: [7] });
  t.match((await post(app, '/predict', '[{"constructor":2}]')).json(), { code: 'missing_feature' });
});

t.test('the health is good once the app is built', async (t) => {
  const response = await build(t).inject('/health');
  t.equal(response.statusCode, 200);
  t.strictSame(response.json(), { status: 'ok' });
});

t.test('the home page has a form for the default model, and a policy for its script alone', async (t) => {
  const response = await build(t).inject('/');
  t.equal(response.statusCode, 200);
  t.equal(response.headers['content-type'], 'text/html; charset=utf-8');
  t.match(response.body, '<title>Sklearn Prediction Home</title>');
  t.match(response.body, '<input name="RM" type="number" step="any" required value="6.575">');
  const [, script] = response.body.match(/<script>(.*)<\/script>/s) ?? [];
  const digest = createHash('sha256').update(script).digest('base64');
  t.match(response.headers['content-security-policy'], `script-src 'sha256-${digest}'`);
});

t.test('the home page escapes what a document says', async (t) => {
  const model = parseModel(document({ feature_names: ['<b>', '"&\''], sklearn_version: '<i>' }));
  const app = build(t, { models: [{ ...servedModel('housing'), model, predictor: createPredictor(model) }] });
  const { body } = await app.inject('/');
  t.notMatch(body, /<b>|<i>|"&'/);
  t.match(body, 'name="&#34;&#38;&#39;"');
});

t.test('the form starts empty for a feature that has no example, whatever its name', async (t) => {
  const model = parseModel(document({ feature_names: ['a', 'constructor'], training: undefined }));
  const app = build(t, { models: [{ ...servedModel('housing'), model, predictor: createPredictor(model) }] });
  t.match((await app.inject('/')).body, 'name="constructor" type="number" step="any" required value=""');
});

t.test('HEAD is answered where GET is', async (t) => {
  const app = build(t);
  for (const url of ['/', '/health', '/models', '/models/housing']) {
    const response = await app.inject({ method: 'HEAD', url });
    t.equal(response.statusCode, 200, url);
    t.equal(response.body, '', url);
  }
});
