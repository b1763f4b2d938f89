import { type Action, type Rules, states } from '../../machines/vocabulary.ts';
import { type ReproRow, repro, reproRows } from '../../src/repro/index.ts';

export const ruleSets = ['documented', 'device'] as const satisfies readonly Rules[];
export const actions = ['download', 'upload'] as const satisfies readonly Action[];

export const rows: readonly ReproRow[] = reproRows();

/** Every cause of every code and fault, for each rule set and action that knows it. */
export const known = rows.flatMap((row) =>
  ruleSets.flatMap((rules) =>
    actions
      .filter((action) => row.steps[rules][action] !== null)
      .map((action) => ({
        title: `${row.name}-${row.cause}-${rules}-${action}`,
        row,
        reproduction: repro({ code: row.name, cause: row.cause, rules, action }),
      })),
  ),
);

/** The same code by way of each state that a task can be in. */
export const byState = actions.flatMap((action) =>
  states.map((from) => ({
    title: `21900007-4-from-${from}-${action}`,
    row: { name: '21900007', message: 'task state error.' },
    reproduction: repro({ code: 21900007, cause: 4, action, from }),
  })),
);
