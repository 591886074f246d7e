/** Why a pool of workers does not do what it is asked. */
export type WorkerPoolCode =
  | 'wrong_type'
  | 'out_of_range'
  | 'worker_died' // before it had answered; the next call starts another
  | 'closed';

/** A pool of workers that cannot answer, or is asked wrongly. The message is `where: expected what, got what`. */
export class WorkerPoolError extends Error {
  override readonly name = 'WorkerPoolError';
  readonly code: WorkerPoolCode;

  constructor(code: WorkerPoolCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
