import type { FastifyInstance } from 'fastify';

/** The samples of `GET /metrics`, each by its name with its labels as they stand there. */
export async function scrape(app: FastifyInstance): Promise<Map<string, number>> {
  const { statusCode, body } = await app.inject('/metrics');
  if (statusCode !== 200) throw new Error(`expected metrics, got ${statusCode} ${body}`);
  return parseSamples(body);
}

/** The samples in the text format of Prometheus. */
export function parseSamples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** Those whose name begins so, as an object to compare. */
export function samplesOf(samples: ReadonlyMap<string, number>, prefix: string): Record<string, number> {
  return Object.fromEntries([...samples].filter(([sample]) => sample.startsWith(prefix)));
}
