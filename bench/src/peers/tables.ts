import { isMeasured, type Measured, type Peer, type ShapeResult } from './results.js';
import { ours } from './task.js';

/** The rivals as a Markdown table, the fastest first, what failed last. */
export function peersTable(peers: readonly Peer[]): string {
  const measured = peers.filter(isMeasured).toSorted((a, b) => a.batch - b.batch);
  const own = measured.find(({ name }) => name === ours);
  const rows = measured.map((peer) => [
    peer.title,
    versionsOf(peer),
    nanoseconds(peer.batch),
    times(peer.batch, own?.batch),
    nanoseconds(peer.one),
    times(peer.one, own?.one),
    percent(peer.equal),
    percent(peer.equalEdges),
    peer.worst === 0 ? '0' : peer.worst.toExponential(0),
  ]);
  const failed = peers.flatMap((peer) => ('problem' in peer ? [[peer.name, `not measured: ${peer.problem}`]] : []));
  return markdown(
    ['', 'versions', 'batch, ns', 'ours is', 'one row, ns', 'ours is', 'equal', 'equal on thresholds', 'worst error'],
    [...rows, ...failed],
  );
}

/** What the rivals say about themselves. */
export function noteLines(peers: readonly Peer[]): string[] {
  return peers
    .filter(isMeasured)
    .filter(({ note }) => note !== '')
    .map(({ title, note }) => `- ${title}: ${note}`);
}

export function shapesTable(shapes: readonly ShapeResult[]): string {
  const rows = shapes.map(({ shape, sklearn, ours, equal }) => [
    `${shape.trees.toLocaleString('en')} × ${shape.leaves}, ${shape.features}`,
    nanoseconds(sklearn),
    nanoseconds(ours),
    times(sklearn, ours),
    percent(equal),
  ]);
  return markdown(['trees × leaves, features', 'scikit-learn, ns a row', 'ours', 'ours is', 'equal'], rows);
}

function versionsOf({ versions }: Measured): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${header.map((_, k) => cells[k] ?? '').join(' | ')} |`;
  const rule = header.map((_, k) => (k === 0 ? '---' : '---:'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

function nanoseconds(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function times(rival: number, own: number | undefined): string {
  if (own === undefined || rival === own) return '';
  return rival >= own ? `${ratio(rival, own)} × faster` : `${ratio(own, rival)} × slower`;
}

function ratio(slower: number, faster: number): string {
  const value = slower / faster;
  return value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en');
}

// rounded down, so that only all is 100 %
function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
