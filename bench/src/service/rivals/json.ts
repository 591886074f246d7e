// does to 10,000 rows what any server has to that speaks JSON: parses the body and writes as many predictions
import { manyRowExchanges } from '../exchanges.js';
import { answerBodies } from './answer-bodies.js';

const answer: unknown = JSON.parse(manyRowExchanges(10_000).columns.answer);

answerBodies(() => answer);
