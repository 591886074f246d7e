let isKept = false;
let act = (): void => {
  isKept = true;
};

// a terminal that closes sends it too, and is to end what was started there
if (!process.stdout.isTTY) process.on('SIGHUP', () => act());

/** Does something at each SIGHUP, and at once where one has come since the process began. */
export function onHangUp(work: () => void): void {
  act = work;
  if (isKept) work();
}
