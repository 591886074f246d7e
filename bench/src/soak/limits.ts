/** What the service is started with: little is already too much. */
export const limits = { maxRows: 10_000, maxBytes: 4 * 2 ** 20 };
