import { describe, it } from 'vitest';
import type { Rules } from '../../machines/vocabulary.ts';
import { type Move, playAll } from '../../src/fuzz/engine/commands.ts';
import { brokenIn } from '../../src/fuzz/engine/invariants.ts';
import type { Draft } from '../../src/fuzz/engine/model-task.ts';

/** Sequences that once told the engine from the model, shrunk to what was needed. */
const draft: Draft = {
  action: 'download',
  mode: 'background',
  network: 'any',
  metered: false,
  roaming: false,
  retry: true,
  priority: 0,
  token: null,
  empty: false,
  server: 'stalls',
};
const dayMs = 86_400_000;

async function holds(rules: Rules, ...moves: readonly Move[]): Promise<void> {
  const lab = await playAll(rules, moves);
  const broken = brokenIn(lab.world.trace.entries, lab.bounds);
  if (broken.length > 0) throw new Error(broken.join('\n'));
}

describe('on a device', () => {
  it('a refused start does not let the tasks go that wait after a restart', () =>
    holds(
      'device',
      { do: 'toBackground', app: 'first' },
      { do: 'launch', app: 'first', draft: { ...draft, mode: 'foreground' } },
      { do: 'restart' },
      { do: 'start', task: 0 },
      { do: 'pass', ms: 9_000 },
      { do: 'pass', ms: 2_000 },
    ));

  it('a running task that any network serves runs again after a handover', () =>
    holds(
      'device',
      { do: 'network', link: { type: 'other', metered: false, roaming: false } },
      { do: 'launch', app: 'first', draft },
      { do: 'network', link: { type: 'wifi', metered: false, roaming: false } },
    ));

  it('an old task is collected though a newer one came to rest before it', () =>
    holds(
      'device',
      { do: 'create', app: 'first', draft: { ...draft, mode: 'foreground' } },
      { do: 'toBackground', app: 'first' },
      { do: 'jump', ms: 8 * dayMs },
      { do: 'create', app: 'second', draft },
      { do: 'start', task: 1 },
      { do: 'collect' },
    ));
});

describe.each(['documented', 'device'] as const)('by the %s rules', (rules) => {
  it('a search of all apps is in the order of creation', () =>
    holds(
      rules,
      { do: 'create', app: 'second', draft },
      { do: 'create', app: 'first', draft },
      { do: 'search', app: 'manager', state: null },
    ));

  it('what is removed is collected while idle, however long older records stay', () =>
    holds(
      rules,
      { do: 'launch', app: 'first', draft: { ...draft, server: 'denies' } },
      { do: 'pass', ms: 61_001 },
      { do: 'remove', app: 'first', task: 0 },
      { do: 'pass', ms: 61_001 },
    ));

  it('an object hears of its removal though the record is collected at once', () =>
    holds(
      rules,
      { do: 'create', app: 'first', draft },
      { do: 'remove', app: 'first', task: 0 },
      { do: 'collect' },
      { do: 'pass', ms: 0 },
      { do: 'start', task: 0 },
    ));

  it('nothing of a killed process goes on, not even what was about to be reported', () =>
    holds(
      rules,
      { do: 'launch', app: 'first', draft },
      { do: 'network', link: { type: 'wifi', metered: false, roaming: true } },
      { do: 'restart' },
      { do: 'launch', app: 'first', draft },
      { do: 'pass', ms: 1_003 },
    ));
});
