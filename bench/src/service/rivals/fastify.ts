// bare Fastify: an empty route with the schemas of the service, and the same log
import { standardOutput } from '@housing/service';
import { fastify, LogController } from 'fastify';

const app = fastify({
  logger: { level: process.env.LOG_LEVEL ?? 'info', stream: standardOutput() },
  logController: new LogController({ disableRequestLogging: true }),
});
app.addHook('onResponse', (request, reply, done) => {
  const { method, url, log } = request;
  const { statusCode: status, elapsedTime } = reply;
  const asked = { model: 'housing', version: 1, rows: 1 };
  log.info({ method, url, status, ...asked, ms: Math.round(elapsedTime * 1000) / 1000 }, 'answered');
  done();
});

const body = { anyOf: [{ type: 'object' }, { type: 'array' }] };
const response = { type: 'object', properties: { prediction: { type: 'array', items: { type: 'number' } } } };
app.post('/predict', { schema: { body, response: { 200: response } } }, (_request, reply) => {
  reply.send({ prediction: [25.0021457871835] });
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
