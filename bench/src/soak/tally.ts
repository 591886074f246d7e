/** What has come of requests, by their kind. */
export interface Tally {
  /** Counts a request whose outcome is right. */
  count(kind: string, outcome: string): void;
  /** Expects that an outcome of each of these kinds has been counted. */
  expectEach(kinds: Iterable<string>, outcome: string): void;
  /** Notes what should not have been. */
  violate(kind: string, what: string): void;
  readonly violations: readonly string[];
  print(): void;
}

/** How many violations are told in full: one cause has many. */
const MOST_TOLD = 20;

export function createTally(): Tally {
  const kinds = new Map<string, Map<string, number>>();
  const violations: string[] = [];

  function count(kind: string, outcome: string): void {
    const outcomes = kinds.get(kind) ?? new Map<string, number>();
    kinds.set(kind, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  }

  function violate(kind: string, what: string): void {
    count(kind, 'VIOLATIONS');
    violations.push(`${kind}: ${what}`);
    if (violations.length <= MOST_TOLD) console.error(`${kind}: ${what}`);
  }

  function expectEach(expected: Iterable<string>, outcome: string): void {
    for (const kind of new Set(expected))
      if (!kinds.get(kind)?.has(outcome)) violate(kind, `expected that one at least is ${outcome}`);
  }

  function print(): void {
    for (const [kind, outcomes] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const told = [...outcomes].map(([outcome, n]) => `${n} ${outcome}`).join(', ');
      console.log(`${kind.padEnd(42)}${told}`);
    }
  }

  return { count, expectEach, violate, violations, print };
}
