import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSystemClock } from '../../../src/adapters/clock/system.ts';
import { clockContract } from '../../contracts/clock.ts';
import { buildChild, type Child } from '../../support/child.ts';

clockContract('the system clock', () => ({
  clock: createSystemClock(),
  pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 5)),
}));

describe('the system clock', () => {
  afterEach(() => void vi.useRealTimers());

  it('waits longer than setTimeout can', () => {
    vi.useFakeTimers();
    const clock = createSystemClock();
    const monthMs = 30 * 24 * 3_600_000;
    let rings = 0;
    clock.after(monthMs, () => rings++);

    vi.advanceTimersByTime(monthMs - 1);
    expect(rings).toBe(0);
    vi.advanceTimersByTime(1);

    expect(rings).toBe(1);
  });

  it('rings in due order where timers of different delays are due together', () => {
    vi.useFakeTimers();
    const clock = createSystemClock();
    const rung: string[] = [];
    clock.after(10, () => rung.push('set first'));
    vi.advanceTimersByTime(5);
    clock.after(5, () => rung.push('set second'));
    clock.after(4, () => rung.push('due before'));

    vi.advanceTimersByTime(5);

    expect(rung).toEqual(['due before', 'set first', 'set second']);
  });

  it('leaves no timer of the platform behind when all are cancelled', () => {
    vi.useFakeTimers();
    const clock = createSystemClock();

    for (const timer of [1, 2, 3].map((ms) => clock.after(ms, () => undefined))) timer.cancel();

    expect(vi.getTimerCount()).toBe(0);
  });

  describe('in a process of its own', () => {
    let child: Child;
    beforeAll(async () => {
      child = await buildChild('clock-child.ts');
      return child.dispose;
    });

    it('lets the process end while only idle timers wait', async () => {
      expect(await child.run('idle')).toEqual({ code: 0, lines: ['exit'] });
    });

    it('holds the process for a timer that is not idle, and no longer', async () => {
      expect(await child.run('mixed')).toEqual({ code: 0, lines: ['idle rings', 'work rings', 'exit'] });
    });

    it('lets the process end once the last timer that is not idle is cancelled', async () => {
      expect(await child.run('cancelled')).toEqual({ code: 0, lines: ['exit'] });
    });

    it('rings the other timers when one throws', async () => {
      expect(await child.run('throwing')).toEqual({
        code: 0,
        lines: ['caught: a bug in a ring', 'next rings', 'exit'],
      });
    });
  });
});
