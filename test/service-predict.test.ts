import { examples } from '@housing/bench/examples.js';
import { seededRandom } from '@housing/bench/random.js';
import t from 'tap';
import { build, post, servedModel } from './support/service.js';

const { predictor } = servedModel('housing');
const names = predictor.featureNames;
const row = { CHAS: 0, RM: 6.575, TAX: 296, PTRATIO: 15.3, B: 396.9, LSTAT: 4.98 };
const other = { CHAS: 1, RM: 6.421, TAX: 242, PTRATIO: 17.8, B: 396.9, LSTAT: 9.14 };

type Row = Record<string, number>;

/** Rows in each shape of body. */
const shapes: Record<string, (rows: Row[], order: readonly string[]) => unknown> = {
  'a dict of dicts': (rows, order) =>
    columns(order, (name) => Object.fromEntries(rows.map((row, r) => [r, row[name]]))),
  'a dict of lists': (rows, order) => columns(order, (name) => rows.map((row) => row[name])),
  'a list of records': (rows, order) => rows.map((row) => columns(order, (name) => row[name])),
  'columns and data': (rows, order) => ({ columns: order, data: rows.map((row) => order.map((name) => row[name])) }),
  'columns, index and data': (rows, order) => ({
    index: rows.map((_, r) => r),
    columns: order,
    data: rows.map((row) => order.map((name) => row[name])),
  }),
};

function columns<T>(order: readonly string[], of: (name: string) => T): Record<string, T> {
  return Object.fromEntries(order.map((name) => [name, of(name)]));
}

t.test('the examples of the original get the prices of the model', async (t) => {
  const app = build(t);
  for (const { body, answer } of examples) {
    const response = await post(app, '/predict', body);
    t.equal(response.statusCode, 200);
    t.equal(response.headers['content-type'], 'application/json; charset=utf-8');
    t.equal(response.body, answer);
  }
});

for (const [shape, toBody] of Object.entries(shapes)) {
  t.test(`${shape} may have its columns in any order`, async (t) => {
    const app = build(t);
    for (const order of [names, names.toReversed()]) {
      const response = await post(app, '/predict', toBody([row, other], order));
      t.strictSame(response.json(), { prediction: [25.0021457871835, 23.53248773070733] });
    }
  });
}

t.test('the same rows in every shape get the same doubles, those of the library', async (t) => {
  const app = build(t, { maxRows: 3000 });
  const random = seededRandom(11);
  const ranges = servedModel('housing').model.training?.features ?? [];
  const rows = Array.from({ length: 3000 }, () =>
    Object.fromEntries(
      names.map((name, f) => [name, ranges[f].minimum + random() * (ranges[f].maximum - ranges[f].minimum)]),
    ),
  );
  const expected = [
    ...predictor.predictBatch(Float64Array.from(rows.flatMap((row) => names.map((name) => row[name])))),
  ];
  for (const [shape, toBody] of Object.entries(shapes)) {
    const response = await post(app, '/predict', toBody(rows, names));
    t.strictSame(response.json().prediction, expected, shape);
  }
});

t.test('rows come in the key order of the first column: whole numbers ascending, then as sent', async (t) => {
  const app = build(t);
  const labels = ['b', '10', '2', 'a', '02'];
  const body = columns(names, (name) =>
    Object.fromEntries(labels.map((label, k) => [label, k === 0 ? other[name as 'RM'] : row[name as 'RM']])),
  );
  const [first, rest] = [23.53248773070733, 25.0021457871835];
  t.strictSame((await post(app, '/predict', body)).json().prediction, [rest, rest, first, rest, rest]);
});

t.test('other columns may have the labels in another order', async (t) => {
  const app = build(t);
  const body = {
    ...columns(names, (name) => ({ x: row[name as 'RM'], y: other[name as 'RM'] })),
    RM: { y: 6.421, x: 6.575 },
  };
  t.strictSame((await post(app, '/predict', body)).json().prediction, [25.0021457871835, 23.53248773070733]);
});

t.test('no rows have no predictions', async (t) => {
  const app = build(t);
  const empty = [[], columns(names, () => ({})), columns(names, () => []), { columns: names, data: [] }];
  for (const body of empty) {
    const response = await post(app, '/predict', body);
    t.equal(response.statusCode, 200);
    t.strictSame(response.json(), { prediction: [] });
  }
});

t.test('as many rows as allowed are answered, and one more is not', async (t) => {
  const app = build(t, { maxRows: 3 });
  for (const [shape, toBody] of Object.entries(shapes)) {
    t.equal((await post(app, '/predict', toBody([row, row, row], names))).statusCode, 200, shape);
    const refused = await post(app, '/predict', toBody([row, row, row, row], names));
    t.equal(refused.statusCode, 413, shape);
    t.match(refused.json(), { code: 'too_many_rows', detail: 'body: expected at most 3 rows, got 4' });
  }
});

t.test('a body of exactly as many bytes as allowed is answered, and one byte more is not', async (t) => {
  const { body } = examples[0];
  const app = build(t, { maxBytes: body.length });
  t.equal((await post(app, '/predict', body)).statusCode, 200);
  const refused = await post(app, '/predict', `${body} `);
  t.equal(refused.statusCode, 413);
  const detail = `body: expected at most ${body.length} bytes, got ${body.length + 1}`;
  t.match(refused.json(), { code: 'too_many_bytes', detail });
});

t.test('20,000 rows and more are answered in full', async (t) => {
  const app = build(t);
  const response = await post(
    app,
    '/predict',
    columns(names, (name) => new Array(25_000).fill(row[name as 'RM'])),
  );
  t.strictSame(response.json().prediction, new Array(25_000).fill(25.0021457871835));
});

t.test('one row is answered while many are predicted', async (t) => {
  const app = build(t);
  const done: string[] = [];
  const many = columns(names, (name) => new Array(50_000).fill(row[name as 'RM']));
  await Promise.all([
    post(app, '/predict', many).then(() => done.push('many')),
    post(app, '/predict', [row]).then(() => done.push('one')),
  ]);
  t.strictSame(done, ['one', 'many']);
});

t.test('JSON may say its charset, and begin with a byte order mark', async (t) => {
  const app = build(t);
  for (const type of ['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'APPLICATION/JSON']) {
    const response = await app.inject({
      method: 'POST',
      url: '/predict',
      headers: { 'content-type': type },
      payload: examples[0].body,
    });
    t.equal(response.statusCode, 200, type);
  }
  t.equal((await post(app, '/predict', `\uFEFF${examples[0].body}`)).statusCode, 200);
});
