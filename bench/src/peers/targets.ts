import { isMeasured, type Peer, type ShapeResult } from './results.js';
import { ours, shapeName } from './task.js';

/** How many times faster than a rival we want to be. */
const targets = [
  { name: 'ydf', call: 'batch', times: 3 },
  { name: 'lleaves', call: 'batch', times: 5 },
  { name: 'lleaves', call: 'one', times: 20 },
  { name: 'scikit-learn', call: 'batch', times: 20 },
  { name: 'scikit-learn', call: 'one', times: 500 },
  { name: 'onnxruntime-node', call: 'batch', times: 20 },
  { name: 'onnxruntime-node', call: 'one', times: 20 },
] as const;

/** A line a target: what was wanted, what was measured. */
export function targetLines(peers: readonly Peer[]): string[] {
  const measured = new Map(peers.filter(isMeasured).map((peer) => [peer.name, peer]));
  const own = measured.get(ours);
  return targets.flatMap(({ name, call, times }) => {
    const rival = measured.get(name);
    if (rival === undefined || own === undefined) return [];
    const ratio = rival[call] / own[call];
    const calls = call === 'batch' ? 'batch' : 'one row a call';
    return `${rival.title}, ${calls}: ${ratio.toFixed(2)} × of ${times} ×, ${ratio >= times ? 'met' : 'not met'}`;
  });
}

/** Whether we are as fast as scikit-learn whatever the model's shape. */
export function shapesTargetLine(shapes: readonly ShapeResult[]): string {
  const slower = shapes.filter(({ sklearn, ours }) => ours > sklearn).map(({ shape }) => shapeName(shape));
  return `nowhere slower than scikit-learn: ${slower.length === 0 ? 'met' : `not met on ${slower.join(', ')}`}`;
}
