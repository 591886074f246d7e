/** @typedef {import('@housing/model').Model} Model */
/** @typedef {import('@housing/model').Tree} Tree */

/**
 * A module that exports `predict(row)`: a function a tree, an `if` a node.
 *
 * @param {Model} model
 */
export function generateSource({ scaler, init, learningRate, trees }) {
  if (scaler === 'request') throw new Error('expected a scaler fitted in training');
  const features = Array.from(scaler.mean, (_, f) => f);
  const samples = features.map((f) => `Math.fround((row[${f}] - ${scaler.mean[f]}) / ${scaler.scale[f]})`);
  const parameters = features.map((f) => `x${f}`).join(', ');
  return [
    ...trees.map((tree, t) => `function tree${t}(${parameters}) {\n${generateNode(tree, 0)}\n}`),
    'export function predict(row) {',
    ...samples.map((sample, f) => `const x${f} = ${sample};`),
    `let sum = ${init};`,
    ...trees.map((_, t) => `sum += ${learningRate} * tree${t}(${parameters});`),
    'return sum;',
    '}',
  ].join('\n');
}

/**
 * @param {Tree} tree
 * @param {number} i
 * @returns {string}
 */
function generateNode(tree, i) {
  if (tree.childrenLeft[i] === -1) return `return ${tree.value[i]};`;
  const left = generateNode(tree, tree.childrenLeft[i]);
  const right = generateNode(tree, tree.childrenRight[i]);
  return `if (x${tree.feature[i]} <= ${tree.threshold[i]}) {\n${left}\n}\n${right}`;
}
