import * as v from 'valibot';
import type { Script, ServerFault, Step, WorldSettings } from './types.ts';
import { defaultWorld } from './world-settings.ts';

const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const whole = v.pipe(v.number(), v.safeInteger());
const count = v.pipe(whole, v.minValue(0));
const times = v.pipe(whole, v.minValue(1));

const serverFault = v.variant('is', [
  v.strictObject({ is: v.literal('refused'), times, cause: v.picklist(['dns', 'tcp', 'ssl', 'timeout']) }),
  v.strictObject({ is: v.picklist(['reset', 'stall', 'truncated']), times, afterBytes: count }),
  v.strictObject({ is: v.literal('late'), times, delayMs: amount }),
  v.strictObject({ is: v.literal('error page'), times, body: v.string() }),
  v.strictObject({
    is: v.literal('status'),
    times,
    status: v.pipe(whole, v.minValue(100), v.maxValue(599)),
    body: v.string(),
  }),
  v.strictObject({ is: v.picklist(['new version', 'no ranges', 'wrong length', 'redirect loop']), times }),
]) satisfies v.GenericSchema<unknown, ServerFault>;

const step = v.variant('do', [
  v.strictObject({ do: v.literal('act'), name: v.string(), n: count }),
  v.strictObject({ do: v.literal('wait'), ms: amount }),
  v.strictObject({ do: v.literal('app'), to: v.picklist(['foreground', 'background', 'relaunched']) }),
  v.strictObject({ do: v.literal('service'), to: v.picklist(['down', 'up', 'restarted']) }),
  v.strictObject({ do: v.literal('network'), to: v.picklist(['offline', 'wifi', 'cellular', 'roaming']) }),
  v.strictObject({ do: v.literal('account'), to: v.picklist(['away', 'back']) }),
  v.strictObject({ do: v.literal('memory'), level: v.pipe(whole, v.minValue(0), v.maxValue(7)) }),
  v.strictObject({ do: v.literal('clock'), jumpMs: v.pipe(v.number(), v.finite()) }),
  v.strictObject({ do: v.literal('disk'), to: v.picklist(['full', 'free', 'failing', 'power cut']) }),
  v.strictObject({ do: v.literal('server'), fault: serverFault }),
]) satisfies v.GenericSchema<unknown, Step>;

/** As a server knows it: a url always has a path. */
const path = v.pipe(
  v.string(),
  v.check((text) => text === '*' || text.startsWith('/'), 'no path'),
);

const world = v.strictObject({
  files: v.record(path, v.union([count, v.string()])),
  sandbox: v.record(v.string(), v.string()),
  latencyMs: amount,
  bytesPerSecond: amount,
  tasksMax: times,
  slots: times,
}) satisfies v.GenericSchema<unknown, WorldSettings>;

const legalWorld: Readonly<Record<string, string>> = {
  files: "'*' or paths from '/' on, each with a number of bytes or a text",
  sandbox: 'paths, each with a text',
  latencyMs: 'a number, 0 or more',
  bytesPerSecond: 'a number, 0 or more',
  tasksMax: 'a whole number, 1 or more',
  slots: 'a whole number, 1 or more',
} satisfies Record<keyof WorldSettings, string>;

/** What is wrong with the settings of a world, and what is legal; null when nothing is. */
export function worldTrouble(settings: unknown): string | null {
  const members = Object.keys(legalWorld).join(', ');
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    return `world is no object; legal: { … } of ${members}`;
  }
  const { issues } = v.safeParse(world, { ...defaultWorld, ...settings });
  if (issues === undefined) return null;
  const [issue] = issues;
  const member = String(issue.path?.[0]?.key);
  const legal = legalWorld[member] ?? members;
  return `world.${v.getDotPath(issue)}: ${issue.message}; legal: ${legal}`;
}

/** A script that comes from outside. What is not known is refused: leaving it out would make another run of it. */
export const scriptSchema: v.GenericSchema<unknown, Script> = v.strictObject({
  rules: v.picklist(['documented', 'device']),
  seed: whole,
  world,
  steps: v.array(step),
  order: v.array(amount),
});
