import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { type Model, parseModel } from '@housing/model';
import { randomRows } from '../random-rows.js';
import { pythonOf, run } from './command.js';
import { edgeRows } from './edge-rows.js';
import { writeFloat64 } from './float64-file.js';
import { peers, root } from './folders.js';
import { install } from './install.js';

/** Files of raw rows: `rows` are drawn at random and timed, each of `edges` lies on a threshold. */
export type RowsName = 'rows' | 'edges';

/** A model with the rows that all rivals predict, in a folder that all read. */
export interface Task {
  /** Holds `model.joblib`, `model.json`, and each file of rows in float64, row-major. */
  readonly folder: string;
  readonly model: Model;
  readonly nRows: number;
}

export interface Shape {
  readonly trees: number;
  readonly leaves: number;
  readonly features: number;
}

/** The rival whose predictions are right by definition. */
export const oracle = 'scikit-learn';

/** The rival that is `@housing/model`. */
export const ours = 'housing-model';

/** The shipped model, fitted by the scikit-learn that the rivals can read. */
export function housingTask(nRows: number): Promise<Task> {
  return makeTask('housing', nRows, async (folder) => {
    const model = `${folder}/model.joblib`;
    const script = (name: string) => `${root}model-export/${name}`;
    await run(pythonOf(oracle, script('train.py'), '--out', model));
    const names = ['--features', 'CHAS,RM,TAX,PTRATIO,B,LSTAT'];
    const data = ['--data', script('data/boston.csv'), '--target', 'MEDV', '--test-size', '0.2', '--random-state', '7'];
    await run(pythonOf(oracle, script('export.py'), model, '--out', `${folder}/model.json`, ...names, ...data));
  });
}

/** A model of a given shape, fitted to a table made for it. */
export function shapeTask(shape: Shape, nRows: number): Promise<Task> {
  const { trees, leaves, features } = shape;
  const script = `${peers}/${oracle}/fit_shape.py`;
  return makeTask(shapeName(shape), nRows, (folder) =>
    run(pythonOf(oracle, script, folder, `${trees}`, `${leaves}`, `${features}`)),
  );
}

export function shapeName({ trees, leaves, features }: Shape): string {
  return `${trees}x${leaves}x${features}`;
}

/** As many rows as scikit-learn predicts in about half a second. */
export function nRowsOf({ trees, leaves }: Shape): number {
  return Math.round(Math.min(10_000, Math.max(2_000, 3e7 / (trees * Math.log2(leaves)))));
}

async function makeTask(name: string, nRows: number, makeModel: (folder: string) => Promise<void>): Promise<Task> {
  const folder = `${peers}/.cache/${name}`;
  const path = `${folder}/model.json`;
  // written last
  if (!existsSync(path)) {
    await install(oracle);
    mkdirSync(folder, { recursive: true });
    await makeModel(folder);
  }
  const model = parseModel(JSON.parse(readFileSync(path, 'utf8')));
  writeFloat64(`${folder}/rows.f64`, randomRows(model, nRows));
  writeFloat64(`${folder}/edges.f64`, edgeRows(model));
  return { folder, model, nRows };
}
