import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles some source with the packages it imports, as a web project would: one ES module, no `node:` module in reach. */
export async function bundle(source: string, options: { minify?: boolean } = {}): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    ...options,
  });
  return result.outputFiles[0].text;
}
