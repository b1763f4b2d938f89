import { describe, expect, it } from 'vitest';
import { errorCodes, type Fault, reasons, states } from '../../machines/vocabulary.ts';

/** The published codes of reasons by the fault that an app reads for them. @source harmony-request.md 7.6 */
const published: Readonly<Record<Fault, readonly number[]>> = {
  others: [4, 5, 6, 8, 20, 21, 26, 29],
  disconnected: [7, 27, 28, 30],
  timeout: [12],
  protocol: [14, 17, 19],
  param: [10],
  fsio: [11, 18],
  dns: [23],
  tcp: [24],
  ssl: [25],
  redirect: [16],
  lowSpeed: [31],
};

describe('the vocabulary', () => {
  it('has a fault for every reason but none at all', () => {
    const found: Record<string, number[]> = {};
    for (const { code, fault } of Object.values(reasons)) {
      if (code === 0) expect(fault).toBeNull();
      else found[String(fault)] = [...(found[String(fault)] ?? []), code];
    }
    expect(found).toEqual(published);
  });

  it('has nine states, and thirteen codes for calls that are refused', () => {
    expect(new Set(states).size).toBe(9);
    expect(Object.values(errorCodes)).toEqual([
      201, 202, 401, 801, 13400001, 13400002, 13400003, 13499999, 21900004, 21900005, 21900006, 21900007, 21900008,
    ]);
  });
});
