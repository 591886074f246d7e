import { readFileSync } from 'node:fs';
import t from 'tap';
import { build, post } from './support/service.js';

type Exchange = { request: Record<string, Record<string, number>>; response: { prediction: number[] } };

const exchanges: Exchange[] = readFileSync(new URL('../fixtures/flask-original.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

const url = '/models/housing-flask/predict';

t.test('the recorded rows, sent as lists in the order of the original, get its answers digit for digit', async (t) => {
  const app = build(t);
  for (const [k, { request, response }] of exchanges.entries()) {
    const labels = Object.keys(request.CHAS).sort();
    const lists = Object.fromEntries(
      Object.entries(request).map(([name, column]) => [name, labels.map((label) => column[label])]),
    );
    t.strictSame((await post(app, url, lists)).json(), response, `exchange ${k}`);
  }
});

t.test(
  'the recorded requests, sent as they were, get its answers where the key order of JavaScript is that of their labels',
  async (t) => {
    const app = build(t);
    // "10" comes before "09" in JavaScript: a number's label, unlike the original's padded one
    const inOrder = exchanges.filter(({ request }) =>
      Object.keys(request.CHAS).every((label, r, all) => r === 0 || all[r - 1] < label),
    );
    t.ok(inOrder.length >= 15, `${inOrder.length} of them`);
    for (const { request, response } of inOrder) t.strictSame((await post(app, url, request)).json(), response);
  },
);
