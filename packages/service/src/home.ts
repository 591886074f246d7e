import type { FastifyPluginAsync } from 'fastify';
import { documented } from './docs/route-docs.js';
import { escapeHtml, hashOf } from './html.js';
import { securePage } from './http/security-headers.js';
import { findOpenly, type Models } from './models/models.js';
import type { ServedModel } from './models/served-model.js';

/** The row that the form starts with, for the features that it knows: the original's example. */
const example: ReadonlyMap<string, number> = new Map([
  ['CHAS', 0],
  ['RM', 6.575],
  ['TAX', 296],
  ['PTRATIO', 15.3],
  ['B', 396.9],
  ['LSTAT', 4.98],
]);

const script = `
  const form = document.querySelector('form');
  const output = document.querySelector('output');
  const key = document.querySelector('#key');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const row = Object.fromEntries([...new FormData(form)].map(([name, text]) => [name, text === '' ? null : Number(text)]));
    try {
      const response = await fetch('predict', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key.value === '' ? {} : { authorization: 'Bearer ' + key.value }) },
        body: JSON.stringify([row]),
      });
      const answer = await response.json();
      if (response.status === 401) key.parentElement.hidden = false;
      output.textContent = response.ok ? answer.prediction[0] : answer.detail;
    } catch (error) {
      output.textContent = 'no answer: ' + error.message;
    }
  });
`;

const style = `
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem; }
  label { display: grid; grid-template-columns: 1fr 2fr; gap: 1rem; margin: 0.5rem 0; }
  [hidden] { display: none; }
  output { font-weight: bold; }
`;

/** `GET /`: a page for people, with a form that predicts. */
export const home: FastifyPluginAsync<{ models: Models }> = async (app, { models }) => {
  // this page's own script and style, by their hashes, and nothing else
  const policy = ["connect-src 'self'", `script-src '${hashOf(script)}'`, `style-src '${hashOf(style)}'`];

  const docs = documented('Documents', 'a page with a form that predicts', {
    answers: { 'text/html': { type: 'string' } },
    problems: ['model_unavailable'],
  });
  app.get('/', { config: { scope: 'open', ...docs } }, async (_request, reply) => {
    return securePage(reply, policy).send(render(findOpenly(models, models.defaultName)));
  });
};

function render({ name, model }: ServedModel): string {
  const fields = model.featureNames.map((feature, f) => {
    const value = example.get(feature) ?? model.training?.features[f].minimum ?? '';
    return `<label>${escapeHtml(feature)} <input name="${escapeHtml(feature)}" type="number" step="any" required value="${value}"></label>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sklearn Prediction Home</title>
<style>${style}</style>
<h1>Sklearn Prediction Home</h1>
<p>Predicts one row with the model <strong>${escapeHtml(name)}</strong> of scikit-learn ${escapeHtml(model.sklearnVersion)}, to the last bit.
<form>
${fields.join('\n')}
<label hidden>Key or token <input id="key" type="password" autocomplete="off"></label>
<button>Predict</button>
</form>
<p>Prediction: <output>none yet</output>
<p>Programs ask <code>POST /predict</code>: <a href="docs">how</a>. <a href="models">/models</a> lists the models.
<script>${script}</script>
</html>
`;
}
