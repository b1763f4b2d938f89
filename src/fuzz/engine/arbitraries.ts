import fc from 'fast-check';
import { type Link, states } from '../../../machines/vocabulary.ts';
import type { Move } from './commands.ts';
import { type AppName, users } from './lab.ts';
import type { Behaviour, Draft } from './model-task.ts';

const hourMs = 3_600_000;

const owner = fc.constantFrom<AppName[]>('first', 'first', 'second', 'second', 'manager');
const caller = fc.constantFrom<AppName[]>('first', 'first', 'second', 'manager', 'guest');
const task = fc.nat({ max: 999 });
const behaviour = fc.constantFrom<Behaviour[]>('stalls', 'stalls', 'stalls', 'finishes', 'denies', 'breaks');
const draft: fc.Arbitrary<Draft> = fc.record({
  action: fc.constantFrom('download', 'download', 'upload'),
  mode: fc.constantFrom('background', 'foreground'),
  network: fc.constantFrom('any', 'any', 'any', 'wifi', 'cellular'),
  metered: fc.boolean(),
  roaming: fc.boolean(),
  retry: fc.constantFrom(true, true, true, false),
  priority: fc.nat({ max: 2 }),
  token: fc.constantFrom(null, null, 'a token of its own'),
  empty: fc.constantFrom(false, false, false, true),
  server: behaviour,
});
const link: fc.Arbitrary<Link> = fc.record({
  type: fc.constantFrom('wifi', 'wifi', 'cellular', 'offline', 'other'),
  metered: fc.constantFrom(false, false, true),
  roaming: fc.constantFrom(false, false, false, true),
});
/** Odd times, so that what ends by itself does so between two moves, and never at the same instant as a grace. */
const pause = fc.constantFrom(0, 7, 33, 1_003, 1_003, 20_011, 61_001, 61_001);
const events = ['progress', 'completed', 'failed', 'pause', 'resume', 'remove', 'response', 'faultOccur', 'wait'];

/** One move, the usual ones more often than the rest. */
export const anyMove: fc.Arbitrary<Move> = fc.oneof(
  weighted(20, { do: fc.constant('launch'), app: owner, draft }),
  weighted(4, { do: fc.constant('create'), app: caller, draft }),
  weighted(8, { do: fc.constant('start'), task }),
  weighted(12, { do: fc.constantFrom('pause', 'pause', 'resume', 'stop'), task }),
  weighted(2, { do: fc.constant('serve'), task, behaviour }),
  weighted(10, { do: fc.constant('pass'), ms: pause }),
  weighted(4, { do: fc.constant('network'), link }),
  weighted(9, { do: fc.constantFrom('toForeground', 'toForeground', 'toBackground'), app: owner }),
  weighted(1, { do: fc.constant('terminate'), app: owner }),
  weighted(4, {
    do: fc.constant('account'),
    user: fc.constantFrom(...users),
    state: fc.constantFrom('active', 'active', 'active', 'active', 'inactive', 'suspended'),
  }),
  weighted(3, { do: fc.constant('service'), up: fc.constantFrom(true, true, true, true, false) }),
  weighted(1, { do: fc.constant('memory'), level: fc.nat({ max: 7 }) }),
  weighted(1, { do: fc.constant('restart') }),
  weighted(1, { do: fc.constant('jump'), ms: fc.constantFrom(25 * hourMs, 8 * 24 * hourMs) }),
  weighted(1, { do: fc.constant('collect') }),
  weighted(4, { do: fc.constant('remove'), app: caller, task }),
  weighted(2, { do: fc.constantFrom('show', 'query'), app: caller, task }),
  weighted(2, {
    do: fc.constantFrom('touch', 'getTask'),
    app: caller,
    task,
    token: fc.constantFrom('right', 'right', 'wrong', 'none'),
  }),
  weighted(2, { do: fc.constant('search'), app: caller, state: fc.option(fc.constantFrom(...states), { freq: 2 }) }),
  weighted(1, { do: fc.constant('setMaxSpeed'), task, bytesPerSecond: fc.constantFrom(16_383, 16_384, 1_000_000) }),
  weighted(1, { do: fc.constantFrom('on', 'off'), task, event: fc.constantFrom(...events, 'nonsense') }),
);

/** A record of exactly the fields of one kind of move. */
function weighted<Kind extends Move>(weight: number, fields: { readonly [K in keyof Kind]: fc.Arbitrary<Kind[K]> }) {
  return { weight, arbitrary: fc.record(fields) as fc.Arbitrary<Move> };
}
