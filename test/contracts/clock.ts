import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock, and a way to let at least `ms` of its time pass. */
export interface ClockStage {
  readonly clock: Clock;
  pass(ms: number): Promise<void>;
}

export function clockContract(name: string, stage: () => ClockStage): void {
  describe(`the clock contract, held by ${name}`, () => {
    let clock: Clock;
    let pass: ClockStage['pass'];
    let rung: string[];
    const ring = (bell: string) => () => void rung.push(bell);

    beforeEach(() => {
      ({ clock, pass } = stage());
      rung = [];
    });

    it('rings once, and not before the delay is over', async () => {
      const setMs = clock.elapsed();
      const heardMs: number[] = [];
      clock.after(10, () => heardMs.push(clock.elapsed()));

      await pass(30);

      expect(heardMs).toHaveLength(1);
      expect(heardMs[0]).toBeGreaterThanOrEqual(setMs + 10);
    });

    it.each([0, -5, Number.NaN])(
      'rings for a delay of %s, but neither in `after` nor among its promises',
      async (delayMs) => {
        clock.after(delayMs, ring('bell'));
        rung.push('returned');
        await Promise.resolve().then(() => rung.push('promise'));

        await pass(5);

        expect(rung).toEqual(['returned', 'promise', 'bell']);
      },
    );

    it('rings in the order of due times, whatever the order of setting', async () => {
      clock.after(20, ring('late'));
      clock.after(0, ring('early'));
      clock.after(10, ring('middle'));

      await pass(40);

      expect(rung).toEqual(['early', 'middle', 'late']);
    });

    it('rings equal timers in the order they were set', async () => {
      const bells = Array.from({ length: 100 }, (_, bell) => String(bell));
      for (const bell of bells) clock.after(5, ring(bell));

      await pass(20);

      expect(rung).toEqual(bells);
    });

    it('rings a timer of no delay after all that is already due', async () => {
      clock.after(5, () => {
        rung.push('first');
        clock.after(0, ring('set by first'));
      });
      clock.after(5, ring('second'));
      const busyUntilMs = Date.now() + 10; // on a real clock both are due by now
      while (Date.now() < busyUntilMs);

      await pass(20);

      expect(rung).toEqual(['first', 'second', 'set by first']);
    });

    it('does not ring a cancelled timer, and leaves the others alone', async () => {
      const timers = ['a', 'b', 'c', 'd'].map((bell) => clock.after(5, ring(bell)));
      timers[0]?.cancel();
      timers[2]?.cancel();
      timers[2]?.cancel();

      await pass(20);

      expect(rung).toEqual(['b', 'd']);
    });

    it('does not ring a timer that another one cancels at the same instant', async () => {
      clock.after(5, () => second.cancel());
      const second = clock.after(5, ring('second'));

      await pass(20);

      expect(rung).toEqual([]);
    });

    it('takes a cancel after the ring for nothing', async () => {
      const timer = clock.after(1, ring('once'));
      await pass(5);
      clock.after(1, ring('other'));

      timer.cancel();
      await pass(5);

      expect(rung).toEqual(['once', 'other']);
    });

    it('rings idle timers like all others while time passes', async () => {
      clock.after(2, ring('idle'), { idle: true });

      await pass(10);

      expect(rung).toEqual(['idle']);
    });

    it('tells time that passes', async () => {
      const [nowMs, elapsedMs] = [clock.now(), clock.elapsed()];

      await pass(10);

      expect(clock.elapsed()).toBeGreaterThanOrEqual(elapsedMs + 10);
      expect(clock.now()).toBeGreaterThanOrEqual(nowMs + 9); // whole milliseconds
      expect(Number.isInteger(clock.now())).toBe(true);
    });
  });
}
