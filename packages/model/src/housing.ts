import { parseModel } from './format.js';
import { housingDocument } from './housing-document.js';
import { createPredictor, type Predictor } from './predictor.js';

/**
 * Predicts the median home value of a 1970s Boston census tract, in thousands of dollars, from `CHAS`, `RM`, `TAX`, `PTRATIO`,
 * `B` and `LSTAT`. A regression benchmark: it must not price anyone's home.
 */
export const housing: Predictor = createPredictor(parseModel(housingDocument));
