/** Why a file or a token cannot be taken, on one line: V8 quotes the file in its message, with its line breaks. */
export function reasonOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).replace(/\s+/g, ' ');
}
