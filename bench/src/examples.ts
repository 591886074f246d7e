/** The example requests of the original service's scripts, with what the model answers. */
export const examples = [
  {
    body: '{"CHAS":{"0":0},"RM":{"0":6.575},"TAX":{"0":296.0},"PTRATIO":{"0":15.3},"B":{"0":396.9},"LSTAT":{"0":4.98}}',
    answer: '{"prediction":[25.0021457871835]}',
  },
  {
    body: '{"CHAS":{"0":1},"RM":{"0":6.421},"TAX":{"0":242.0},"PTRATIO":{"0":17.8},"B":{"0":396.9},"LSTAT":{"0":9.14}}',
    answer: '{"prediction":[23.53248773070733]}',
  },
];
