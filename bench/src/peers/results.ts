import type { Accuracy } from './accuracy.js';
import type { Timing } from './rounds.js';
import { ours, type Shape } from './task.js';

/** What one run of `bench:peers` found. */
export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly rows: number;
  readonly repetitions: number;
  readonly peers: readonly Peer[];
  readonly shapes: readonly ShapeResult[];
}

export type Peer = Measured | Failed;

/** How many of scikit-learn's doubles a rival gives, at random rows and on thresholds, and its largest error on both. */
export interface Exactness extends Accuracy {
  readonly equalEdges: number;
}

export interface Measured extends Timing, Exactness {
  readonly name: string;
  readonly title: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly note: string;
}

export interface Failed {
  readonly name: string;
  /** Why it could not be installed, started or asked. */
  readonly problem: string;
}

/** Nanoseconds a row, in batch. */
export interface ShapeResult {
  readonly shape: Shape;
  readonly rows: number;
  readonly sklearn: number;
  readonly ours: number;
  /** The share of rows with the same double. */
  readonly equal: number;
}

export function isMeasured(peer: Peer): peer is Measured {
  return !('problem' in peer);
}

/** Whether every double of ours was scikit-learn's. */
export function isExact({ peers, shapes }: Results): boolean {
  const own = peers.filter((peer) => peer.name === ours);
  return (
    own.every((peer) => isMeasured(peer) && peer.equal === 1 && peer.equalEdges === 1) &&
    shapes.every(({ equal }) => equal === 1)
  );
}
