// imported into a server: tells at its exit, on standard error, which packages of OpenTelemetry it has loaded
import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  const packages = Object.keys(cache).flatMap((path) => path.match(/@opentelemetry[/][\w-]+|@fastify[/]otel/g) ?? []);
  if (packages.length > 0) console.error([...new Set(packages)].join(' '));
});
