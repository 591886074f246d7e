import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describeSettings, openKeyFile } from '@housing/service';
import t from 'tap';
import type { TestKey } from './support/keys.js';
import { checkedProgram, codeBlocks } from './support/readme.js';
import { startServer, untilListening } from './support/server.js';

const readme = readFileSync('README.md', 'utf8');

t.test('the example of the library says what it prints', async (t) => {
  for (const example of codeBlocks('README.md', 'js')) {
    // below test/, where the packages can be found by name
    const file = 'test/dist/readme-example.mjs';
    t.teardown(() => rmSync(file));
    writeFileSync(file, checkedProgram(example));
    t.match(execFileSync(process.execPath, [file], { encoding: 'utf8' }), /^[1-9] checked\n$/);
  }
});

t.test('every file that a README names is there', async (t) => {
  for (const path of [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'bench/README.md',
    'bench/peers/README.md',
    'packages/model/README.md',
    'packages/service/README.md',
    'model-export/README.md',
  ]) {
    const text = readFileSync(path, 'utf8');
    const base = path.replace(/[^/]*$/, '');
    for (const [, link] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
      t.ok(existsSync(base + link), `${path}: ${link}`);
    for (const [, file] of text.matchAll(/`((?:packages|model-export|bench|test|\.github)\/[\w./-]+)`/g)) {
      t.ok(existsSync(file), `${path}: ${file}`);
    }
  }
});

t.test('every npm command has its line, and every line its command', async (t) => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const name of Object.keys(scripts).filter((name) => !name.startsWith('pre'))) {
    t.match(readme, new RegExp(`^\\| \`npm (run )?${name}\`|^\\|.*, \`${name}\`.*\\|`, 'm'), name);
  }
  for (const [, name] of readme.matchAll(/npm run ([a-z:]+)/g)) t.ok(name in scripts, name);
});

t.test('the example of the service gets the answer that stands below it', async (t) => {
  const [example] = codeBlocks('README.md', 'sh').filter((block) => block.startsWith('curl'));
  const [, url, header, body, answer] = example.match(/^curl (\S+) -H '(.*)' \\\n {2}-d '(.*)'\n# (.*)\n$/) ?? [];
  const [name, value] = header.split(': ');
  const started = await untilListening(startServer(t));
  const response = await fetch(new URL(new URL(url).pathname, started), {
    method: 'POST',
    headers: { [name]: value },
    body,
  });
  t.equal(await response.text(), answer);
});

t.test('the examples of the dialects get the answers that stand below them', async (t) => {
  const started = await untilListening(startServer(t));
  const examples = codeBlocks('packages/service/README.md', 'sh').filter((block) => block.startsWith('curl'));
  t.equal(examples.length, 3);
  for (const example of examples) {
    const [, path, header, body, answer] =
      example.match(/^curl localhost:5000(\S+) -H '(.*)' \\\n {2}(?:-d|--data-binary \$)? ?'(.*)'\n# (.*)\n$/) ?? [];
    const [name, value] = header.split(': ');
    const sent = { method: 'POST', headers: { [name]: value }, body: body.replaceAll('\\n', '\n') };
    const text = await (await fetch(new URL(path, started), sent)).text();
    t.equal(text.replace(/"id":"[\da-f-]{36}"/, '"id":"…"'), answer);
  }
});

t.test('the service documents every problem code', async (t) => {
  const text = readFileSync('packages/service/README.md', 'utf8');
  const source = readFileSync('packages/service/src/problems.ts', 'utf8');
  const codes = [...source.matchAll(/^ {2}([a-z_]+): \{\n {4}status: (\d+),/gm)];
  t.ok(codes.length > 15);
  for (const [, code, status] of codes) t.match(text, new RegExp(`^\\| ${status} \\|.*\`${code}\``, 'm'), code);
});

t.test('the file of keys in the documentation is one', async (t) => {
  const [example] = codeBlocks('packages/service/README.md', 'json').filter((block) => block.includes('sha256'));
  const file = `${t.testdir({ 'keys.json': example })}/keys.json`;
  t.doesNotThrow(() => openKeyFile(file));
});

t.test('the example in production makes keys, and keeps that of Prometheus', async (t) => {
  const [example] = codeBlocks('packages/service/README.md', 'sh').filter((block) => block.includes('make_key'));
  const lines = example.split('\n').filter((line) => line.includes('make_key'));
  const folder = t.testdir();
  execFileSync('sh', ['-c', lines.join('\n').replaceAll(/[\w-]+\.(json|key)\b/g, `${folder}/$&`)], { stdio: 'pipe' });
  const keys: TestKey['entry'][] = JSON.parse(readFileSync(`${folder}/keys.json`, 'utf8'));
  t.strictSame(
    keys.map(({ name, scopes }) => [name, ...scopes]),
    [
      ['shop', 'predict', 'metadata'],
      ['ann', 'admin', 'metadata'],
      ['prometheus', 'metrics'],
    ],
  );
  const key = readFileSync(`${folder}/housing-metrics.key`, 'utf8').trim();
  t.equal(createHash('sha256').update(key).digest('hex'), keys[2].sha256);
});

t.test('the service documents every setting as its schema has it', async (t) => {
  const [table] = readFileSync('packages/service/README.md', 'utf8').match(/^\| Variable \|(.*\n\|)*.*/m) ?? [''];
  const rows = describeSettings().map(
    ({ name, byDefault, expected, description }) => `| \`${name}\` | ${byDefault} | ${expected} | ${description} |`,
  );
  t.equal(table, ['| Variable | Default | Expected | What it sets |', '| --- | --- | --- | --- |', ...rows].join('\n'));
});

t.test('the example of a program that serves does serve', async (t) => {
  const [example] = codeBlocks('packages/service/README.md', 'js');
  const file = 'test/dist/readme-service.mjs';
  t.teardown(() => rmSync(file));
  // on a free port, and with an end
  writeFileSync(
    file,
    `${example.replace('5000', '0').replace('logger: true', 'logger: false')}\nconsole.log((await app.inject('/health')).body);\nawait app.close();\n`,
  );
  t.equal(execFileSync(process.execPath, [file], { encoding: 'utf8' }), '{"status":"ok"}\n');
});
