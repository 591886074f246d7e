/** @typedef {import('@housing/model').Model} Model */
/** @typedef {import('@housing/model').Trees} Trees */

/**
 * A module that exports `predict(row)`: a function a tree, an `if` a node.
 *
 * @param {Model} model
 */
export function generateSource({ scaler, init, learningRate, trees }) {
  if (scaler === 'request') throw new Error('expected a scaler fitted in training');
  const roots = Array.from(trees.firstNode.subarray(0, -1));
  const features = Array.from(scaler.mean, (_, f) => f);
  const samples = features.map((f) => `Math.fround((row[${f}] - ${scaler.mean[f]}) / ${scaler.scale[f]})`);
  const parameters = features.map((f) => `x${f}`).join(', ');
  return [
    ...roots.map((root, t) => `function tree${t}(${parameters}) {\n${generateNode(trees, root)}\n}`),
    'export function predict(row) {',
    ...samples.map((sample, f) => `const x${f} = ${sample};`),
    `let sum = ${init};`,
    ...roots.map((_, t) => `sum += ${learningRate} * tree${t}(${parameters});`),
    'return sum;',
    '}',
  ].join('\n');
}

/**
 * @param {Trees} trees
 * @param {number} i
 * @returns {string}
 */
function generateNode(trees, i) {
  if (trees.childrenLeft[i] === -1) return `return ${trees.value[i]};`;
  const left = generateNode(trees, trees.childrenLeft[i]);
  const right = generateNode(trees, trees.childrenRight[i]);
  return `if (x${trees.feature[i]} <= ${trees.threshold[i]}) {\n${left}\n}\n${right}`;
}
