import { escapeHtml, hashOf } from '../html.js';

const style = `
  :root { color-scheme: light dark; --line: #8886; --soft: #8882; }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
  section { margin: 1rem 0; padding: 0.25rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; }
  section h3 { margin: 0.5rem 0; font-size: 1rem; }
  code, pre { font: 0.9rem/1.4 ui-monospace, monospace; }
  pre { padding: 0.75rem; overflow: auto; background: var(--soft); border-radius: 0.25rem; }
  table { border-collapse: collapse; margin: 0.5rem 0; }
  td, th { padding: 0.2rem 1rem 0.2rem 0; text-align: left; vertical-align: top; }
  nav a, td a { margin-right: 0.75rem; }
  .method { display: inline-block; min-width: 3.5rem; font-weight: bold; }
`;

/** What a page of these may load: its own style, by its hash, and nothing else. It has no script. */
export const policy = [`style-src '${hashOf(style)}'`];

/** A whole page around its content. */
export function layOut(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
${content}
</html>
`;
}

/** A table with a header row; the cells are HTML. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cell: string, cells: readonly string[]) =>
    `<tr>${cells.map((text) => `<${cell}>${text}</${cell}>`).join('')}</tr>`;
  return `<table>\n${[row('th', head), ...rows.map((cells) => row('td', cells))].join('\n')}\n</table>`;
}

/** A text as code. */
export function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}
