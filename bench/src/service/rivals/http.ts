// a bare node:http server that parses each body and echoes it
import { answerBodies } from './answer-bodies.js';

answerBodies((body) => body);
