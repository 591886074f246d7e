// draws ../results.json as ../results.svg
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';

const { date, machine, peers } = JSON.parse(readFileSync(new URL('../results.json', import.meta.url), 'utf8'));
/** @type {{ title: string, batch: number, one: number, problem?: string }[]} */
const measured = peers.filter((/** @type {{ problem?: string }} */ { problem }) => problem === undefined);
const values = measured.flatMap(({ title, batch, one }) => [
  { title, call: 'all rows in a call', nanoseconds: batch },
  { title, call: 'one row a call', nanoseconds: one },
]);
const order = measured.toSorted((a, b) => a.batch - b.batch).map(({ title }) => title);

const encoding = {
  y: { field: 'title', type: 'nominal', sort: order, title: null, axis: { grid: true, labelLimit: 300 } },
  x: {
    field: 'nanoseconds',
    type: 'quantitative',
    scale: { type: 'log' },
    title: 'nanoseconds a row',
    axis: { format: '~s' },
  },
  color: { field: 'call', type: 'nominal', title: null, legend: { orient: 'top' } },
};
const { spec } = compile({
  title: { text: '400 trees, one thread', subtitle: `${machine}, ${date}; further left is faster` },
  background: 'white',
  width: 520,
  height: { step: 22 },
  data: { values },
  encoding,
  layer: [
    { mark: { type: 'point', filled: true, size: 80 } },
    {
      mark: { type: 'text', align: 'left', dx: 7, fontSize: 9 },
      encoding: { text: { field: 'nanoseconds', type: 'quantitative', format: ',.0f' } },
    },
  ],
});
const svg = await new View(parse(spec), { renderer: 'none' }).toSVG();
writeFileSync(new URL('../results.svg', import.meta.url), `${svg}\n`);
