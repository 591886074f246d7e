import { parseArgs } from 'node:util';
import { examples } from './examples.js';
import { requestHeaders } from './request-headers.js';

const { values: options } = parseArgs({ options: { url: { type: 'string', default: 'http://127.0.0.1:5000' } } });
const url = new URL('/predict', options.url);

for (const { body } of examples) {
  const response = await post(body);
  console.log(`${body}\n${response.status} ${await response.text()}`);
  if (!response.ok) process.exitCode = 1;
}

async function post(body: string): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', headers: requestHeaders, body });
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : error;
    console.error(`${url}: expected a server, got ${reason}`);
    process.exit(1);
  }
}
