import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { Pacer } from '../../../src/adapters/transport/pacer.ts';

describe('a pacer', () => {
  it('lets everything through without a cap', () => {
    const pacer = new Pacer(0, 0);
    pacer.take(1e12, 0);

    expect(pacer.unlimited).toBe(true);
    expect(pacer.room(0)).toBe(Infinity);
    expect(pacer.waitMs(0)).toBe(0);
  });

  it('lets the cap through in a window, and then waits for the next one', () => {
    const pacer = new Pacer(1_000, 0);
    pacer.take(600, 100);
    expect(pacer.room(100)).toBe(400);

    pacer.take(400, 200);

    expect(pacer.room(200)).toBe(0);
    expect(pacer.waitMs(200)).toBe(800);
    expect(pacer.room(999)).toBe(0);
    expect(pacer.room(1_000)).toBe(1_000);
  });

  it('begins a new window with the first bytes after the old one', () => {
    const pacer = new Pacer(1_000, 0);
    pacer.take(100, 0);

    pacer.take(1_000, 1_700);

    expect(pacer.waitMs(1_700)).toBe(1_000);
  });

  it('makes who took too much wait for all of it', () => {
    const pacer = new Pacer(1_000, 0);

    pacer.take(2_500, 500);

    expect(pacer.waitMs(500)).toBe(2_000);
    expect(pacer.room(1_500)).toBe(0);
    expect(pacer.room(2_500)).toBe(1_000);
  });

  it('begins anew when the cap changes', () => {
    const pacer = new Pacer(1_000, 0);
    pacer.take(1_000, 0);

    pacer.setCap(500, 300);

    expect(pacer.room(300)).toBe(500);
    pacer.take(500, 300);
    expect(pacer.waitMs(300)).toBe(1_000);
    pacer.setCap(0, 400);
    expect(pacer.room(400)).toBe(Infinity);
  });

  test.prop([fc.integer({ min: 1, max: 1_000_000 }), fc.array(fc.nat(2_000), { maxLength: 50 })])(
    'never lets more than two caps through in any second',
    (cap, pauses) => {
      const pacer = new Pacer(cap, 0);
      const moved: { atMs: number; bytes: number }[] = [];
      let nowMs = 0;
      for (const pauseMs of pauses) {
        nowMs += pauseMs + pacer.waitMs(nowMs + pauseMs);
        const bytes = Math.ceil(pacer.room(nowMs) / 2);
        pacer.take(bytes, nowMs);
        moved.push({ atMs: nowMs, bytes });
      }

      for (const { atMs } of moved) {
        const inSecond = moved.filter((move) => move.atMs >= atMs && move.atMs < atMs + 1_000);
        expect(inSecond.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(2 * cap);
      }
    },
  );
});
