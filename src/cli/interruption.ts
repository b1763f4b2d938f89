import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** What a program that was interrupted exits with; null while it is not. */
  exitCode(): number | null;
  dispose(): void;
}

/** Listens for Ctrl-C and its kin. The second one ends the process at once. @param last  to be done even then. */
export function listenForInterruption(last: () => void): Interruption {
  const controller = new AbortController();
  let code: number | null = null;
  const hear = (name: (typeof signals)[number]) => {
    const again = code !== null;
    code = 128 + constants.signals[name];
    if (again) {
      last();
      process.exit(code);
    }
    controller.abort();
  };
  for (const name of signals) process.on(name, hear);
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => {
      for (const name of signals) process.off(name, hear);
    },
  };
}
