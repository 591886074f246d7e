import { readFileSync } from 'node:fs';

/** The code blocks of one language in a Markdown file of the repository, in order. */
export function codeBlocks(path: string, language: string): string[] {
  const text = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code);
}

/**
 * Makes a program of an example whose comments say what comes of a line: `// => value`, or `// throws message`.
 *
 * The program exits with an assertion error where something else comes of it, and otherwise prints how many it checked.
 */
export function checkedProgram(example: string): string {
  let checks = 0;
  const lines = example.split('\n').map((line) => {
    const [, code, kind, expected] = line.match(/^(.*); \/\/ (=>|throws) (.*)$/) ?? [];
    if (code === undefined) return line;
    checks++;
    if (kind === 'throws') return `assert.throws(() => ${code}, { message: ${JSON.stringify(expected)} });`;
    return `assert.deepStrictEqual(plain(${code}), ${expected});`;
  });
  // imports are hoisted, so the example's own may follow
  return [
    "import assert from 'node:assert';",
    'const plain = (value) => (ArrayBuffer.isView(value) ? [...value] : value);',
    ...lines,
    `console.log('${checks} checked');`,
  ].join('\n');
}
