import { Worker } from 'node:worker_threads';
import { createPredictor, type Model, type Predictor } from '@housing/model';

/**
 * Does what `readDocument` does in a thread of its own, so that requests are answered meanwhile.
 *
 * @throws Error at the first fault
 */
export async function readDocumentAside(bytes: Uint8Array): Promise<{ model: Model; predictor: Predictor }> {
  const worker = new Worker(new URL('./document-worker.js', import.meta.url), { workerData: bytes, execArgv: [] });
  const model = await new Promise<Model>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { model, predictor: createPredictor(model) };
}
