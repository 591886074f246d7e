// draws ../results.json as ../results.svg
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';

const { date, machine, peers } = JSON.parse(readFileSync(new URL('../results.json', import.meta.url), 'utf8'));
/** @typedef {{ title: string, batch: number, one: number, equal: number, equalEdges: number }} Peer */
/** @type {Peer[]} */
const measured = peers
  .filter((/** @type {object} */ peer) => !('problem' in peer))
  .toSorted((/** @type {Peer} */ a, /** @type {Peer} */ b) => a.batch - b.batch);
const values = measured.flatMap((peer) => [
  { peer: nameOf(peer), call: 'all rows in a call', nanoseconds: peer.batch },
  { peer: nameOf(peer), call: 'one row a call', nanoseconds: peer.one },
]);

const { spec } = compile({
  title: { text: '400 trees, one thread', subtitle: `${machine}, ${date}; further left is faster` },
  background: 'white',
  width: 520,
  height: { step: 24 },
  data: { values },
  encoding: {
    y: {
      field: 'peer',
      type: 'nominal',
      sort: null,
      title: null,
      axis: { grid: true, labelLimit: 400 },
    },
    x: {
      field: 'nanoseconds',
      type: 'quantitative',
      scale: { type: 'log' },
      title: 'nanoseconds a row',
      axis: { format: '~s', values: [100, 1e3, 1e4, 1e5, 1e6] },
    },
    color: { field: 'call', type: 'nominal', title: null, legend: { orient: 'top' } },
  },
  layer: [
    { mark: { type: 'point', filled: true, size: 80 } },
    label('all rows in a call', { align: 'right', dx: -7 }),
    label('one row a call', { align: 'left', dx: 7 }),
  ],
});
const svg = await new View(parse(spec), { renderer: 'none' }).toSVG();
writeFileSync(new URL('../results.svg', import.meta.url), `${svg}\n`);

/** @param {Peer} peer */
function nameOf({ title, equal, equalEdges }) {
  return equal === 1 && equalEdges === 1 ? `${title} (exact)` : title;
}

/**
 * The numbers beside the points of one kind of call, on the side where those of the other are not.
 *
 * @param {string} call
 * @param {object} place
 */
function label(call, place) {
  return {
    transform: [{ filter: { field: 'call', equal: call } }],
    mark: { type: 'text', fontSize: 9, ...place },
    encoding: { text: { field: 'nanoseconds', type: 'quantitative', format: ',.0f' } },
  };
}
