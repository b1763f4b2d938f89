import type { RunView } from './types.ts';

/**
 * What a run reached, as words: edges of each task's life and pairs of them, refusals, notices, and how calls ended.
 * A run that reaches a new one is worth coming back to.
 */
export function featuresOf({ trace, calls, troubles }: Pick<RunView, 'trace' | 'calls' | 'troubles'>): Set<string> {
  const features = new Set<string>();
  const lastEdges = new Map<string, string>();
  for (const { kind, name, of, from, to, note } of trace) {
    if (kind === 'refused') features.add(`refused ${name} ${note}`);
    if (kind === 'notice') features.add(`notice ${name}`);
    if (kind !== 'event' || from === to) continue;
    const edge = `${of === '' || /^\d+$/.test(of) ? 'task' : of.replace(/\d+ ?/g, '')} ${name}: ${from} → ${to}`;
    features.add(`edge ${edge}`);
    const before = lastEdges.get(of);
    if (before !== undefined) features.add(`pair ${before} then ${edge}`);
    lastEdges.set(of, edge);
  }
  for (const { operation, outcome, code } of calls) features.add(`call ${operation} ${code ?? outcome}`);
  for (const { kind } of troubles) features.add(`trouble ${kind}`);
  return features;
}
