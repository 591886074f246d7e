import { escapeHtml } from '../html.js';
import { type ProblemKind, problems } from '../problems.js';
import { code, layOut, table } from './layout.js';
import type { OpenApi, Schema } from './openapi.js';
import { renderOperation } from './page-operation.js';

/** The document as a page for people. */
export function renderService(document: OpenApi): string {
  const sections = document.tags.map(({ name, description }) => {
    return `<h2 id="${idOf(name)}">${escapeHtml(name)}</h2>\n<p>${escapeHtml(description)}\n${renderSection(document, name)}`;
  });
  const links = [...document.tags.map(({ name }) => name), 'Features', 'Problems'];
  return layOut(
    document.info.title,
    `<h1>${escapeHtml(document.info.title)} ${escapeHtml(document.info.version)}</h1>
<nav>${links.map((name) => `<a href="#${idOf(name)}">${escapeHtml(name)}</a>`).join('\n')}</nav>
${paragraphs(document.info.description)}
<p>Programs read <a href="openapi.json">openapi.json</a>. The commands below ask the service at <code>$URL</code>: set it first, by
<code>URL=http://localhost:5000</code>, say${isOpen(document) ? '' : ', and <code>KEY</code> to your key or token'}. Their values are such as the model was verified by.
${sections.join('\n')}
<h2 id="features">Features</h2>
${renderModels(document)}
<h2 id="problems">Problems</h2>
${renderProblems()}`,
  );
}

/** Whether everybody is let in. */
function isOpen({ components }: OpenApi): boolean {
  return Object.keys(components.securitySchemes).length === 0;
}

function renderSection({ paths, components }: OpenApi, name: string): string {
  return Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
    )
    .filter(({ operation }) => operation.tags.includes(name))
    .map(({ path, method, operation }) => renderOperation(method.toUpperCase(), path, operation, components))
    .join('\n');
}

/** The features of every model that serves: what each accepts, and what it was trained on. */
function renderModels({ components }: OpenApi): string {
  return Object.entries(components.schemas)
    .filter(([name]) => name.endsWith('.record'))
    .map(
      ([name, schema]) => `<h3>${escapeHtml(name.replace(/\.(\d+)\.record$/, ' $1'))}</h3>\n${renderFeatures(schema)}`,
    )
    .join('\n');
}

function renderFeatures({ properties = {} }: Schema): string {
  const rows = Object.entries(properties).map(([feature, { minimum, maximum, description = '' }]) => [
    code(feature),
    String(minimum),
    String(maximum),
    escapeHtml(description),
  ]);
  return table(['Feature', 'Lowest accepted', 'Highest accepted', ''], rows);
}

function renderProblems(): string {
  const rows = Object.entries<ProblemKind>(problems).map(([name, { status, title }]) => [
    String(status),
    `<a href="docs/problems/${name}">${code(name)}</a>`,
    escapeHtml(title),
  ]);
  return table(['Status', 'Code', 'What it is'], rows);
}

/** The little of Markdown that the description has. */
function paragraphs(markdown: string): string {
  return markdown
    .split('\n\n')
    .map((text) => `<p>${escapeHtml(text).replace(/`([^`]*)`/g, '<code>$1</code>')}`)
    .join('\n');
}

function idOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
