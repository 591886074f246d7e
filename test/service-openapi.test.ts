import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@housing/service';
import { Validator } from '@seriousme/openapi-schema-validator';
import t from 'tap';
import { awkwardModel, awkwardNames } from './support/awkward-model.js';
import { documentOf } from './support/documents.js';
import { makeKey, openKeys } from './support/keys.js';
import { type OpenApi, type Operation, openApiOf, pathOf } from './support/openapi.js';
import { type BuildOptions, build, servedModel } from './support/service.js';

t.test('the document is valid, whatever the models', async (t) => {
  for (const models of [
    [servedModel('housing'), servedModel('housing-flask')],
    [awkwardModel],
    [awkwardModel, servedModel('housing')],
  ]) {
    const openapi = await openApiOf(build(t, { models, defaultModel: models[0].name }));
    const validator = new Validator();
    t.strictSame(await validator.validate(JSON.parse(JSON.stringify(openapi))), { valid: true });
    t.equal(validator.version, '3.1');
  }
});

t.test('every reference leads somewhere', async (t) => {
  const openapi = await openApiOf(build(t));
  const references = [...JSON.stringify(openapi).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
  t.ok(references.length > 100);
  const components = new Map(
    Object.entries(openapi.components).map(([kind, named]) => [kind, new Set(Object.keys(named))]),
  );
  for (const [, kind, name] of references) if (!components.get(kind)?.has(name)) t.fail(`${kind}/${name}`);
});

const methods = ['DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'] as const;

t.test('every route is described, and nothing else', async (t) => {
  const app = build(t);
  const urls = new Set<string>();
  app.addHook('onRoute', ({ url }) => {
    urls.add(url);
  });
  const { paths } = await openApiOf(app);
  t.strictSame(Object.keys(paths).sort(), [...urls].map(pathOf).sort());
  for (const [path, operations] of Object.entries(paths))
    for (const method of methods) {
      const url = path.replace('{name}', 'housing').replace('{version}', '1').replace('{code}', 'wrong_type');
      const { statusCode } = await app.inject({ method, url });
      t.equal(statusCode !== 405, method.toLowerCase() in operations, `${method} ${path}`);
    }
});

t.test('who must say who it is, and for what, stands there where anybody must', async (t) => {
  const { authenticate } = openKeys(t, [makeKey('all', ['predict', 'metadata', 'admin'])]);
  const { paths, components } = await openApiOf(build(t, { authenticate }));
  t.strictSame(Object.keys(components.securitySchemes), ['bearer', 'key']);
  const securityOf = (path: string, method = 'get') => paths[path][method].security;
  t.strictSame(securityOf('/predict', 'post'), [{ bearer: ['predict'] }, { key: ['predict'] }]);
  t.strictSame(securityOf('/models'), [{ bearer: ['metadata'] }, { key: ['metadata'] }]);
  t.strictSame(securityOf('/v2/repository/models/{name}/load', 'post'), [{ bearer: ['admin'] }, { key: ['admin'] }]);
  t.equal(securityOf('/health'), undefined);
  t.ok('401' in paths['/predict'].post.responses);

  // no key is a token
  const byToken = await openApiOf(build(t, { authenticate, auth: 'jwt' }));
  t.strictSame(Object.keys(byToken.components.securitySchemes), ['bearer']);
  t.strictSame(byToken.paths['/models'].get.security, [{ bearer: ['metadata'] }]);

  const open = await openApiOf(build(t));
  t.strictSame(open.components.securitySchemes, {});
  for (const operation of Object.values(open.paths).flatMap((operations) => Object.values(operations))) {
    t.notHas(operation, { security: [] });
    t.notOk('401' in operation.responses);
  }
});

t.test('a route for administrators refuses everybody where there are none, and is said to', async (t) => {
  const { authenticate } = openKeys(t, [makeKey('ann', ['admin'])]);
  const repository = openRepository(t.testdir({ 'm.json': documentOf(10) }));
  const { models } = repository;
  for (const act of ['load', 'unload']) {
    const operationOf = async (options: BuildOptions) =>
      (await openApiOf(build(t, options))).paths[`/v2/repository/models/{name}/${act}`].post;
    const none = await operationOf({ models, repository });
    t.strictSame(codesOf(none), {
      400: ['malformed_request'],
      403: ['admin_required'],
      404: ['unknown_route'],
      408: ['request_timeout'],
      417: ['expectation_failed'],
      429: ['rate_limited'],
      431: ['headers_too_large'],
      500: ['internal_error'],
      503: ['closing'],
    });
    t.notOk(none.requestBody);

    const some = await operationOf({ models, repository, authenticate });
    t.strictSame(codesOf(some)[403], ['insufficient_scope']);
    t.equal(JSON.stringify(some).includes('load_failed'), act === 'load');
    t.ok('200' in some.responses && some.requestBody);
    // who may, but where models stay
    t.match(codesOf(await operationOf({ models, authenticate }))[403], ['admin_required', 'insufficient_scope']);
  }

  const app = build(t);
  for (const payload of ['{', '[', ' ']) {
    const url = '/v2/repository/models/none/load';
    t.equal((await app.inject({ method: 'POST', url, payload })).statusCode, 403, 'before the body is read');
  }
});

/** The codes of an operation by status, an answer without any as well. */
function codesOf({ responses }: Operation): Record<string, string[] | undefined> {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { content }]) => [
      status,
      content?.['application/problem+json']?.schema.properties?.code.enum,
    ]),
  );
}

t.test('what does not need a model that serves does not fail where it serves no more', async (t) => {
  const { paths } = await openApiOf(build(t));
  const failing = Object.entries(paths).flatMap(([path, operations]) =>
    Object.values(operations).flatMap(({ responses }) => {
      const { code } = responses[503].content?.['application/problem+json'].schema.properties ?? {};
      return code?.enum?.includes('model_unavailable') ? path : [];
    }),
  );
  const asking = Object.keys(paths).filter((path) => path.includes('{name}') && !path.startsWith('/v2/repository/'));
  t.strictSame(failing.sort(), ['/', '/invocations', '/ping', '/predict', ...asking].sort());
});

t.test('the features have the intervals that the model accepts, and what they were in training', async (t) => {
  const { components } = await openApiOf(build(t));
  for (const name of ['housing', 'housing-flask'] as const) {
    const { predictor, model } = servedModel(name);
    const { properties = {}, required, additionalProperties } = components.schemas[`${name}.1.record`];
    t.strictSame(Object.keys(properties), [...predictor.featureNames]);
    t.strictSame(required, predictor.featureNames);
    t.equal(additionalProperties, false);
    predictor.featureNames.forEach((feature, f) => {
      const { lowest: minimum, highest: maximum } = predictor.accepted[f];
      const summary = model.training?.features[f];
      const description = `${summary?.minimum} to ${summary?.maximum} in training`;
      t.strictSame(properties[feature], { type: 'number', minimum, maximum, description });
    });
  }
});

t.test('no example is a row that the model was trained on: everybody may read them', async (t) => {
  const { model, predictor } = servedModel('housing');
  const n = predictor.featureNames.length;
  const app = build(t);
  const written = (await app.inject('/openapi.json')).body + (await app.inject('/docs')).body;
  // an array in JSON, and a line of CSV
  for (let start = 0; start < model.golden.rows.length; start += n)
    t.notOk(written.includes(model.golden.rows.subarray(start, start + n).join()));
});

t.test('a feature may have any name, and a model no training block', async (t) => {
  const { components } = await openApiOf(build(t, { models: [awkwardModel] }));
  const { properties = {} } = components.schemas['awkward.1-_.1.record'];
  t.strictSame(Object.keys(properties).sort(), awkwardNames.toSorted());
  for (const name of awkwardNames)
    t.notHas(Object.getOwnPropertyDescriptor(properties, name)?.value, { description: '' });
});

t.test('every example of a request gets the answer beside it', async (t) => {
  for (const [models, defaultModel] of [
    [[servedModel('housing'), servedModel('housing-flask')], 'housing-flask'],
    [[awkwardModel, servedModel('housing')], awkwardModel.name],
  ] as const) {
    const app = build(t, { models, defaultModel });
    const openapi = await openApiOf(app);
    const examples = requestExamples(openapi);
    t.ok(examples.length > 30);
    for (const { path, type, value, answer } of examples) {
      const payload = typeof value === 'string' ? value : JSON.stringify(value);
      const response = await app.inject({ method: 'POST', url: path, headers: { 'content-type': type }, payload });
      t.equal(response.statusCode, 200, path);
      t.equal(response.body, JSON.stringify(answer), path);
    }
  }
});

/** Every example of a request, with the path of its model. */
function requestExamples({ paths, components }: OpenApi) {
  return Object.entries(paths).flatMap(([path, { post }]) =>
    Object.entries(post?.requestBody?.content ?? {}).flatMap(([type, { examples = {} }]) =>
      Object.keys(examples).map((name) => {
        const [, model, version, dialect] = name.match(/^(.+)\.(\d+)\.(\w+)\.\w+$/) ?? [];
        const answerName = `${model}.${version}.${dialect}.answer`;
        const answers = post.responses[200].content?.['application/json'].examples ?? {};
        if (!(answerName in answers)) throw new Error(`${path}: expected ${answerName}, got none`);
        return {
          path: path.replace('{name}', () => model).replace('{version}', version),
          type,
          value: components.examples[name].value,
          answer: components.examples[answerName].value,
        };
      }),
    ),
  );
}

t.test('it is made anew when models have changed, and only then', async (t) => {
  const folder = t.testdir({ m: { '1.json': documentOf(10) }, 'new.json': documentOf(20) });
  renameSync(join(folder, 'new.json'), join(folder, 'new.part'));
  const { models, reload, unload } = openRepository(folder);
  const app = build(t, { models });
  const before = await app.inject('/openapi.json');
  const headers = { 'if-none-match': String(before.headers.etag) };
  t.equal((await app.inject({ url: '/openapi.json', headers })).statusCode, 304);
  t.notOk('m.2.record' in before.json().components.schemas);

  renameSync(join(folder, 'new.part'), join(folder, 'm', '2.json'));
  await reload();
  const after = await app.inject({ url: '/openapi.json', headers });
  t.equal(after.statusCode, 200);
  t.ok('m.2.record' in after.json().components.schemas);

  // the same version with other content
  writeFileSync(join(folder, 'm', '2.json'), documentOf(30));
  await reload();
  const { components } = await openApiOf(app);
  t.strictSame(components.examples['m.2.table.answer'].value, { prediction: [27] });

  await unload('m');
  const empty = await app.inject('/openapi.json');
  t.equal(empty.statusCode, 200);
  t.strictSame(empty.json().components.examples, {});
  t.strictSame(await new Validator().validate(empty.json()), { valid: true });
});
