import { getSystemErrorMap, stripVTControlCharacters } from 'node:util';

/** Where a command prints. */
export interface Output {
  /** For people: standard output, or standard error while a document goes to standard output. */
  readonly people: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Can `people` show bars that move? */
  readonly live: boolean;
  readonly color: boolean;
  /** Errors only. */
  readonly quiet: boolean;
}

export interface OutputOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly json: boolean;
  readonly NO_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
}

/** @source no-color.org: any value that is not empty */
export function openOutput({ stdout, stderr, json, NO_COLOR = '', TERM }: OutputOptions): Output {
  const people = json ? stderr : stdout;
  const live = people.isTTY === true && TERM !== 'dumb';
  return { people, stderr, live, quiet: false, color: live && NO_COLOR === '' };
}

const styles = { good: [32, 39], bad: [31, 39], dim: [2, 22], bold: [1, 22] } as const;

export function paint(output: Output, style: keyof typeof styles, text: string): string {
  const [on, off] = styles[style];
  return output.color ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** Text that comes with colors of its own. */
export function plainUnlessColor(output: Output, text: string): string {
  return output.color ? text : stripVTControlCharacters(text);
}

/**
 * A reader that went away, such as `head` or a terminal that was closed, is no reason to stop. Neither is a disk that is
 * full: what runs ends in its order, then the process fails.
 */
export function outliveReaders({ stdout, stderr }: Pick<OutputOptions, 'stdout' | 'stderr'>): void {
  let isTold = false;
  const outlive = (name: string) => (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO' || isTold) return;
    isTold = true;
    process.once('exit', () => {
      process.exitCode ||= 1;
    });
    const [, why = error.message] = getSystemErrorMap().get(error.errno ?? 0) ?? [];
    stderr.write(`longshore: ${name}: ${why}\n`);
  };
  stdout.on('error', outlive('standard output'));
  stderr.on('error', outlive('standard error'));
}
