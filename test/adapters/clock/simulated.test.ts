import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../../../src/adapters/clock/simulated.ts';
import { clockContract } from '../../contracts/clock.ts';

clockContract('the simulated clock', () => {
  const clock = createSimulatedClock({ startMs: 1_700_000_000_000 });
  return { clock, pass: (ms) => clock.run(ms) };
});

describe('the simulated clock', () => {
  it('stands still until it is run, and then passes exactly the time asked for', async () => {
    const clock = createSimulatedClock({ startMs: 1_000 });

    await clock.run(250);

    expect([clock.now(), clock.elapsed()]).toEqual([1_250, 250]);
  });

  it('shows each ring the time it was due at', async () => {
    const clock = createSimulatedClock({ startMs: 1_000 });
    const heard: [number, number][] = [];
    for (const delayMs of [30, 10, 2 ** 40]) clock.after(delayMs, () => heard.push([clock.elapsed(), clock.now()]));

    await clock.run(2 ** 41);

    expect(heard).toEqual([
      [10, 1_010],
      [30, 1_030],
      [2 ** 40, 1_000 + 2 ** 40],
    ]);
  });

  it('lets a long chain of promises end before time goes on', async () => {
    const clock = createSimulatedClock();
    const story: string[] = [];
    clock.after(1, async () => {
      for (let step = 0; step < 1_000; step++) await null;
      story.push(`chain ends at ${clock.elapsed()}`);
      clock.after(1, () => story.push(`its timer rings at ${clock.elapsed()}`));
    });
    clock.after(3, () => story.push('time went on'));

    await clock.run(3);

    expect(story).toEqual(['chain ends at 1', 'its timer rings at 2', 'time went on']);
  });

  it('lets what was under way before the run end before time goes on', async () => {
    const clock = createSimulatedClock();
    const heardMs: number[] = [];
    void Promise.resolve().then(() => clock.after(5, () => heardMs.push(clock.elapsed())));

    await clock.run(5);

    expect(heardMs).toEqual([5]);
  });

  it('stops at the instant at which the predicate holds', async () => {
    const clock = createSimulatedClock();
    let rings = 0;
    const again = () => {
      rings++;
      clock.after(10, again);
    };
    again();

    expect(await clock.runUntil(() => rings === 4, 1_000)).toBe(true);
    expect(clock.elapsed()).toBe(30);
    expect(await clock.runUntil(() => false, 15)).toBe(false);
    expect(clock.elapsed()).toBe(45);
  });

  it('jumps the wall clock without ringing anything', async () => {
    const clock = createSimulatedClock({ startMs: 5_000 });
    const heard: number[] = [];
    clock.after(10, () => heard.push(clock.now()));

    clock.jump(-4_000);
    expect([clock.now(), clock.elapsed()]).toEqual([1_000, 0]);
    await clock.run(9);
    expect(heard).toEqual([]);
    await clock.run(1);

    expect(heard).toEqual([1_010]);
  });

  it('counts what is pending and says when the next is due', async () => {
    const clock = createSimulatedClock();
    clock.after(10, () => undefined);
    clock.after(5, () => undefined, { idle: true });
    clock.after(1, () => undefined).cancel();

    expect([clock.pending, clock.pendingIdle, clock.nextDueMs]).toEqual([2, 1, 5]);
    await clock.run(7);
    expect([clock.pending, clock.pendingIdle, clock.nextDueMs]).toEqual([1, 0, 10]);
    await clock.run(7);
    expect([clock.pending, clock.pendingIdle, clock.nextDueMs]).toEqual([0, 0, null]);
  });

  it('rejects a run with what a ring throws, and can be run on', async () => {
    const clock = createSimulatedClock();
    const rung: string[] = [];
    clock.after(5, () => {
      throw new Error('a bug in a ring');
    });
    clock.after(5, () => rung.push('next'));

    await expect(clock.run(10)).rejects.toThrow('a bug in a ring');
    expect([clock.elapsed(), rung]).toEqual([5, []]);
    await clock.run(5);

    expect([clock.elapsed(), rung]).toEqual([10, ['next']]);
  });

  it('refuses a second run while one is under way', async () => {
    const clock = createSimulatedClock();
    const first = clock.run(10);

    await expect(clock.run(10)).rejects.toThrow('await one run before the next');
    await first;

    expect(clock.elapsed()).toBe(10);
  });

  it('ends a loop in which time stands still', async () => {
    const clock = createSimulatedClock({ stepsMax: 100 });
    const again = () => void clock.after(0, again);
    clock.after(7, again);

    await expect(clock.run(10)).rejects.toThrow('Time stands still');
    expect(clock.elapsed()).toBe(7);
  });

  it('rings whatever was set and not cancelled, by due time and then by order', async () => {
    const timer = fc.record({ delayMs: fc.nat(20), cancelled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { maxLength: 60 }), async (timers) => {
        const clock = createSimulatedClock();
        const rung: number[] = [];
        const set = timers.map(({ delayMs }, order) => clock.after(delayMs, () => rung.push(order)));
        for (const [order, { cancelled }] of timers.entries()) if (cancelled) set[order]?.cancel();

        await clock.run(20);

        const left = timers.map((timer, order) => ({ ...timer, order })).filter(({ cancelled }) => !cancelled);
        expect(rung).toEqual(left.sort((a, b) => a.delayMs - b.delayMs || a.order - b.order).map(({ order }) => order));
      }),
    );
  });
});
