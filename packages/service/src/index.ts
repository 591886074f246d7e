export { type AppOptions, buildApp } from './app.js';
export { standardOutput } from './lines.js';
export { readModels, type ServedModel } from './models.js';
export type { ProblemCode, ProblemDocument } from './problem.js';
export { describeSettings, readSettings, type SettingDescription, type Settings } from './settings.js';
