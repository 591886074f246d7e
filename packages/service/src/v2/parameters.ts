import { Problem } from '../problem.js';
import { type Fields, isObject, show } from '../rows/rows.js';

/** The `parameters` of a request, a tensor or an output, of which there may be none; `null` stands for none too. */
export function readParameters({ parameters }: Fields, pointer: string): Fields {
  if (parameters === undefined || parameters === null) return {};
  if (isObject(parameters)) return parameters;
  throw new Problem('wrong_type', `expected an object, got ${show(parameters)}`, `${pointer}/parameters`);
}

/** A parameter that is true or false, if it is given. */
export function readFlag(parameters: Fields, name: string, pointer: string): boolean | undefined {
  const value = parameters[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw new Problem('wrong_type', `expected true or false, got ${show(value)}`, `${pointer}/parameters/${name}`);
}
