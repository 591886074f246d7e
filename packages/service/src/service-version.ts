import { createRequire } from 'node:module';

const { version }: { version: string } = createRequire(import.meta.url)('@housing/service/package.json');

/** The version of this package. */
export const serviceVersion = version;
