import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyScript } from '../../src/fuzz/index.ts';
import type { Step } from '../../src/fuzz/types.ts';

const runs = 2_000;
const scripts = fc.sample(fc.noBias(anyScript({ actions: ['get', 'pause', 'remove'] })), { seed: 1, numRuns: runs });

it.each<[string, (step: Step) => boolean, number]>([
  ['another user', (step) => step.do === 'account', 0.2],
  ['a clock that is set', (step) => step.do === 'clock', 0.2],
  ['a clock that is a month ahead', (step) => step.do === 'clock' && step.jumpMs > 30 * 24 * 3_600_000, 0.08],
  ['a crash of the service', (step) => step.do === 'service' && step.to === 'restarted', 0.17],
  ['a cut of the power', (step) => step.do === 'disk' && step.to === 'power cut', 0.15],
  ['a server that spoils an answer', (step) => step.do === 'server', 0.3],
  ['an app that is killed', (step) => step.do === 'app' && step.to === 'relaunched', 0.17],
])('%s is in a fair share of runs, and far from all', (_, isIt, shareMin) => {
  const share = scripts.filter(({ steps }) => steps.some(isIt)).length / runs;

  expect(share).toBeGreaterThan(shareMin);
  expect(share).toBeLessThan(0.45);
});
