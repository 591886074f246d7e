import { parentPort, workerData } from 'node:worker_threads';
import { readDocument } from './document.js';

parentPort?.postMessage(readDocument(workerData).model);
