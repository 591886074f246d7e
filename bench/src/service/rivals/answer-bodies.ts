import { createServer } from 'node:http';

/** Serves with nothing but `node:http`: parses each body and writes the answer to it. */
export function answerBodies(answer: (body: unknown) => unknown): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString());
      const text = JSON.stringify(answer(body));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    });
  });
  server.listen(Number(process.env.PORT), '127.0.0.1');
}
