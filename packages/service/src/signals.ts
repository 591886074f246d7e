const endings = ['SIGINT', 'SIGTERM'] as const;

// nobody is served yet; without a word a container's first process would ignore a signal, and start
const leave = () => process.exit();
for (const signal of endings) process.on(signal, leave);

let isKept = false;
let hangUp = (): void => {
  isKept = true;
};
// a terminal that closes sends it too, and is to end what was started there
if (!process.stdout.isTTY) process.on('SIGHUP', () => hangUp());

/** Does something at each SIGHUP, and at once where one has come since the process began. */
export function onHangUp(work: () => void): void {
  hangUp = work;
  if (isKept) work();
}

/**
 * Does something at the first SIGINT or SIGTERM, each of which ended the process at once until now. Another ends it at once again two
 * seconds later, and not sooner: Ctrl-C comes twice, from the terminal and from npm.
 */
export function onEnding(work: (signal: NodeJS.Signals) => void): void {
  const ignore = () => {};
  const obey = () => {
    for (const signal of endings) process.off(signal, ignore);
  };
  const end = (signal: NodeJS.Signals) => {
    for (const one of endings) process.off(one, end);
    setTimeout(obey, 2000).unref();
    work(signal);
  };
  for (const signal of endings) {
    process.on(signal, ignore);
    process.on(signal, end);
    process.off(signal, leave);
  }
}
