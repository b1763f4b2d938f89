import { it } from 'vitest';
import { reachOf, reachAround } from '/work/main/src/fuzz/reach.ts';
it('x', () => {
  for (const rules of ['documented','device'] as const) {
    for (const action of ['download','upload'] as const) for (const mode of ['background','foreground'] as const) {
      const t = Date.now();
      const r = reachOf(rules, action, mode);
      console.log(rules, action, mode, r.states.size, r.edges.size, Date.now()-t, 'ms');
    }
    console.log([...reachAround(rules)].join('\n'));
  }
  console.log([...reachOf('device','upload','foreground').edges].sort().join('\n'));
});
