import type { Fault } from '../../machines/vocabulary.ts';
import { faultNumber, reasonText } from '../api/constants.ts';
import { unreachable } from '../errors.ts';
import type { Finding } from './causes.ts';
import { literal } from './literal.ts';
import { indented, programOf } from './program.ts';
import type { Script } from './script.ts';

/** What a program expects in the end. */
export type Expected =
  | { readonly kind: 'code'; readonly code: number; readonly message: string }
  | { readonly kind: 'fault'; readonly faults: number; readonly name: string; readonly reason: string };

export const sdk = 20;

/** @param fault  of a subject that is one. */
export function expectedOf({ refusal, failed }: Finding, fault: Fault | null, name: string, message: string): Expected {
  if (refusal !== null) return { kind: 'code', code: refusal.code, message };
  if (failed === null || fault === null) return unreachable('a story ends in nothing');
  return { kind: 'fault', faults: faultNumber(fault, sdk), name, reason: reasonText(failed, 'client') };
}

export interface EmitOptions {
  readonly script: Script;
  readonly expected: Expected;
  /** First lines, as comments. */
  readonly heading: readonly string[];
  /** Such as `21900007, cause 3`. */
  readonly title: string;
}

/** A script that runs with `longshore/sim` alone, and prints the error. It is JavaScript too. */
export function emitScript({ script, expected, heading }: EmitOptions): string {
  const { imports, lines, last } = programOf(script);
  const end =
    expected.kind === 'code'
      ? [
          '// This is refused. Some calls throw at once, some reject: await in a function has both.',
          `const refused = async () => ${last};`,
          'const error = await refused().catch((thrown) => thrown);',
          'console.log(error.code, error.message);',
          'console.log(error.detail);',
        ]
      : [
          `await ${last};`.replace(/^await (world\.(?!run))/, '$1'),
          'const [info] = world.engine.tasks();',
          'console.log(info.faults, info.reason);',
        ];
  return `${[...comments(heading), importLine(imports), '', ...lines, '', ...end].join('\n')}\n`;
}

/** A test file that passes when it is saved and run. */
export function emitVitest({ script, expected, heading, title }: EmitOptions): string {
  const { imports, lines, last } = programOf(script);
  const end =
    expected.kind === 'code'
      ? [
          `const refused = async () => ${last};`,
          `await expect(refused()).rejects.toMatchObject({ code: ${expected.code}, message: ${literal(expected.message)} });`,
        ]
      : [
          `await ${last};`.replace(/^await (world\.(?!run))/, '$1'),
          `expect(world.engine.tasks()[0]).toMatchObject({ faults: ${expected.faults}, reason: ${literal(expected.reason)} });`,
        ];
  return `${[
    ...comments(heading),
    importLine(imports),
    "import { expect, it } from 'vitest';",
    '',
    `it(${literal(title)}, async () => {`,
    ...[...lines, '', ...end].map(indented),
    '});',
  ].join('\n')}\n`;
}

export function comments(lines: readonly string[]): string[] {
  return lines.map((line) => `// ${line}`);
}

function importLine(names: readonly string[]): string {
  return `import { ${names.join(', ')} } from 'longshore/sim';`;
}
