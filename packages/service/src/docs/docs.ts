import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { tagAnswers } from '../http/entity-tags.js';
import { securePage } from '../http/security-headers.js';
import type { Models } from '../models/models.js';
import { Problem } from '../problem.js';
import { show } from '../rows/rows.js';
import { type DocumentedRoute, documented } from './route-docs.js';

export interface DocsOptions {
  readonly models: Models;
  readonly routes: readonly DocumentedRoute[];
}

/** The description of the service, for programs and for people. */
interface Documents {
  readonly json: string;
  readonly html: string;
}

/** `GET /openapi.json`, `GET /docs` and `GET /docs/problems/CODE`: what the service does, of the models that it has now. */
export const docs: FastifyPluginAsync<DocsOptions> = async (app, { models, routes }) => {
  const current = remember(models, () => write(routes, models));
  tagAnswers(app);
  const openapi = describedAs('this document', 'application/json', { type: 'object' });
  app.get('/openapi.json', { config: { scope: 'open', ...openapi } }, async (_request, reply) => {
    return reply.type('application/json; charset=utf-8').send((await current()).json);
  });

  const page = describedAs('the same for people', 'text/html', { type: 'string' });
  app.get('/docs', { config: { scope: 'open', ...page } }, async (_request, reply) =>
    sendPage(reply, (await current()).html),
  );

  const problem = describedAs('what a problem means, and what to do', 'text/html', { type: 'string' });
  app.get<{ Params: { code: string } }>(
    '/docs/problems/:code',
    { config: { scope: 'open', ...problem } },
    async (request, reply) => {
      const { renderProblem } = await import('./problem-page.js');
      const rendered = renderProblem(request.params.code);
      if (rendered !== undefined) return sendPage(reply, rendered);
      throw new Problem('unknown_route', `expected the code of a problem, got ${show(request.params.code)}`);
    },
  );
};

function describedAs(summary: string, type: string, schema: object): ReturnType<typeof documented> {
  return documented('Documents', summary, { isTagged: true, answers: { [type]: schema } });
}

// what writes them is loaded when they are first asked for: most processes never are
async function write(routes: readonly DocumentedRoute[], models: Models): Promise<Documents> {
  const [{ describeService }, { renderService }] = await Promise.all([import('./document.js'), import('./page.js')]);
  const document = describeService(routes, models);
  return { json: JSON.stringify(document), html: renderService(document) };
}

async function sendPage(reply: FastifyReply, html: string): Promise<FastifyReply> {
  const { policy } = await import('./layout.js');
  return securePage(reply, policy).send(html);
}

/** Keeps what was made until any model has changed. */
function remember<T>(models: Models, make: () => T): () => T {
  let kept: { readonly state: string; readonly made: T } | undefined;
  return () => {
    const state = JSON.stringify([models.states(), models.list().map(({ sha256 }) => sha256)]);
    if (kept?.state !== state) kept = { state, made: make() };
    return kept.made;
  };
}
