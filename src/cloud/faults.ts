import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * What goes wrong between the service and the client. `bytes` count in the response's body, for `cut` in the request's.
 *
 * reset: the connection breaks. truncate: it ends politely, though more was announced. stall: nothing more comes.
 * dribble: slow. delay: the response is late. length: announces `by` bytes more than come, or fewer. noLength: none is
 * announced. noValidators: neither ETag nor Last-Modified. changedEtag: another one than last time. ignoredRange: 200 and
 * the whole. wrongRange: a Content-Range one byte off. cut: the connection breaks while the request is still being read.
 * @source cloud-services.md 1.3
 */
export const wireFaultSchema = v.variant('type', [
  v.strictObject({ type: v.literal('reset'), bytes }),
  v.strictObject({ type: v.literal('truncate'), bytes }),
  v.strictObject({ type: v.literal('stall'), bytes }),
  v.strictObject({ type: v.literal('dribble'), bytesPerSecond: count }),
  v.strictObject({ type: v.literal('delay'), delayMs: count }),
  v.strictObject({ type: v.literal('length'), by: v.pipe(v.number(), v.integer()) }),
  v.strictObject({ type: v.literal('noLength') }),
  v.strictObject({ type: v.literal('noValidators') }),
  v.strictObject({ type: v.literal('changedEtag') }),
  v.strictObject({ type: v.literal('ignoredRange') }),
  v.strictObject({ type: v.literal('wrongRange') }),
  v.strictObject({ type: v.literal('cut'), bytes }),
]);

/**
 * One rule, asked for every call of `on`. Without `nth` and `every` it strikes each time; it stops after `times` strikes,
 * and `forMs` after its first one. The first rule that strikes wins.
 */
export const faultRuleSchema = v.strictObject({
  /** An operation of the service, or `*` for every request. */
  on: v.string(),
  /** Strikes at this call only, counted from 1. */
  nth: v.optional(count),
  /** Strikes at each such call: the third, the sixth, … */
  every: v.optional(count),
  times: v.optional(count),
  forMs: v.optional(count),
  /** A row of the catalogue; `section` or `name` where the code has two. */
  code: v.optional(v.union([v.number(), v.string()])),
  section: v.optional(v.string()),
  name: v.optional(v.string()),
  /** For the hole of a template. */
  fill: v.optional(v.string()),
  wire: v.optional(wireFaultSchema),
});

export type WireFault = v.InferOutput<typeof wireFaultSchema>;
export type CloudFault = v.InferOutput<typeof faultRuleSchema>;

/** What the rules remember; part of a server's state. */
export interface FaultMemory {
  /** Operation → calls so far; `*` counts all. */
  readonly calls: Readonly<Record<string, number>>;
  /** For each rule. */
  readonly strikes: readonly Strikes[];
}

interface Strikes {
  readonly count: number;
  readonly firstMs: number;
}

export interface Judgement {
  readonly memory: FaultMemory;
  readonly rule: CloudFault | null;
}

export const noFaultsYet: FaultMemory = { calls: {}, strikes: [] };

/** Counts one call, and finds the rule that strikes it. */
export function judge(
  rules: readonly CloudFault[],
  memory: FaultMemory,
  operation: string | null,
  nowMs: number,
): Judgement {
  const calls = { ...memory.calls };
  for (const name of operation === null ? ['*'] : ['*', operation]) calls[name] = (calls[name] ?? 0) + 1;
  const isMeant = ({ on, wire }: CloudFault) => wire?.type !== 'cut' && (on === '*' || on === operation);
  return struck(rules, { ...memory, calls }, isMeant, nowMs);
}

/** Finds the rule that cuts a request of which only the head is there; it is counted when it is whole, or cut. */
export function judgeHead(rules: readonly CloudFault[], memory: FaultMemory, nowMs: number): Judgement {
  const calls = { ...memory.calls, '*': (memory.calls['*'] ?? 0) + 1 };
  const judgement = struck(rules, { ...memory, calls }, ({ wire }) => wire?.type === 'cut', nowMs);
  return judgement.rule === null ? { memory, rule: null } : judgement;
}

function struck(
  rules: readonly CloudFault[],
  memory: FaultMemory,
  isMeant: (rule: CloudFault) => boolean,
  nowMs: number,
): Judgement {
  const strikes = rules.map((_, at) => memory.strikes[at] ?? { count: 0, firstMs: nowMs });
  for (const [at, rule] of rules.entries()) {
    const before = strikes[at];
    if (before === undefined || !isMeant(rule)) continue;
    if (!mayStrike(rule, memory.calls[rule.on] ?? 0, before, nowMs)) continue;
    const firstMs = before.count === 0 ? nowMs : before.firstMs;
    return { memory: { ...memory, strikes: strikes.with(at, { count: before.count + 1, firstMs }) }, rule };
  }
  return { memory, rule: null };
}

function mayStrike(rule: CloudFault, call: number, before: Strikes, nowMs: number): boolean {
  const { nth, every, times = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY } = rule;
  if (nth !== undefined && call !== nth) return false;
  if (every !== undefined && call % every !== 0) return false;
  return before.count === 0 || (before.count < times && nowMs - before.firstMs < forMs);
}
