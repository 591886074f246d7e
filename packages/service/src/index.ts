export { type AppOptions, buildApp } from './app.js';
export { standardOutput } from './lines.js';
export { gatherModels, type ModelState, type Models } from './models.js';
export type { ProblemCode, ProblemDocument } from './problem.js';
export type { ModelChange } from './refresh.js';
export { type ModelRepository, openRepository } from './repository.js';
export type { ServedModel } from './served-model.js';
export { readSettings, type Settings } from './settings.js';
export { watchFolder } from './watch.js';
