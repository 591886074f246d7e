import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import t from 'tap';
import { bundle } from './support/bundle.js';
import { checkedProgram, codeBlocks } from './support/readme.js';

const source = fileURLToPath(new URL('../../packages/model', import.meta.url));
const project = t.testdir({ 'package.json': '{"type":"module"}' });
const npm = (...args: string[]) =>
  execFileSync('npm', args, { cwd: project, encoding: 'utf8', shell: process.platform === 'win32' });

// not under `prepack`, which would build what the other tests are running
const [{ filename }]: [{ filename: string }] = JSON.parse(npm('pack', '--ignore-scripts', '--json', source));
npm('install', '--offline', '--no-audit', '--no-fund', `./${filename}`);
const installed = join(project, 'node_modules/@housing/model');
const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
const scripts = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.js'));

for (const [k, example] of codeBlocks('packages/model/README.md', 'js').entries()) {
  t.test(`example ${k + 1} of the README runs from the packed tarball in an empty project`, async (t) => {
    writeFileSync(join(project, 'example.js'), checkedProgram(example));
    t.match(execFileSync(process.execPath, ['example.js'], { cwd: project, encoding: 'utf8' }), /^[1-9] checked\n$/);
  });
}

t.test('has no dependency, and imports nothing but its own files, and in the workers what Node has', async (t) => {
  t.notOk(manifest.dependencies);
  t.notOk(manifest.peerDependencies);
  for (const script of scripts) {
    const code = readFileSync(join(installed, 'dist', script), 'utf8');
    // the one entry that is for Node alone
    const allowed = script.startsWith('workers/') ? /^(\.\.?\/|node:(os|worker_threads)$)/ : /^\.\/(?!workers\/)/;
    for (const [, specifier] of code.matchAll(/\bfrom\s+['"](.+?)['"]/g)) t.match(specifier, allowed, script);
    if (script !== 'housing-document.js') t.notMatch(code, /\b(eval|Function|import|require)\s*\(/, script);
  }
});

t.test('is at most 10 KB without the model, as a web project loads it: bundled, minified and gzipped', async (t) => {
  const code = await bundle("export * from '@housing/model';", { minify: true });
  const size = gzipSync(code).length;
  t.ok(size <= 10_000, `${size} bytes`);
});

t.test('publint finds nothing', async (t) => {
  const { messages } = await publint({ pkgDir: installed, strict: true });
  t.same(messages, []);
});

t.test('attw finds nothing under the profile of an ESM package', async (t) => {
  const manifest = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json');
  const attw = join(manifest, '../dist/index.js');
  const report = execFileSync(process.execPath, [attw, filename, '--profile', 'esm-only', '--no-color', '--no-emoji'], {
    cwd: project,
    encoding: 'utf8',
  });
  for (const entry of ['housing', 'workers']) {
    t.match(report, new RegExp(`"@housing/model/${entry}"\\s+node16 \\(from ESM\\): OK`), 'and exits with 0');
  }
});
