import type { DifferenceName } from '../../machines/rules.ts';
import type { Rules } from '../../machines/vocabulary.ts';
import { BusinessError } from '../../src/errors.ts';

/** One row of a table, seen in a world: what a caller sees there by each rule set. */
export interface Case {
  readonly see: (rules: Rules) => unknown;
  readonly documented: unknown;
  readonly device: unknown;
}

export type Cases<Name extends string = DifferenceName> = { readonly [name in Name]?: Case };

/** What a call resolves to, or the code that it is refused with, thrown at once or by rejection. */
export async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof BusinessError) return error.code;
    throw error;
  }
}
