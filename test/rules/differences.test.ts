import { describe, expect, it } from 'vitest';
import { type DifferenceName, differences } from '../../machines/rules.ts';
import { calls } from './calls.ts';
import type { Case } from './case.ts';
import { files } from './files.ts';
import { surroundings } from './surroundings.ts';
import { tasks } from './tasks.ts';

const cases: Readonly<Record<DifferenceName, Case>> = { ...tasks, ...surroundings, ...calls, ...files };

it('every difference has a case that shows it, and every case is of one', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(differences).sort());
});

describe.each(Object.entries(cases))('%s', (name, { see, documented, device }) => {
  const { documentedDoes, deviceDoes } = differences[name as DifferenceName];

  it(`by the book: ${documentedDoes}`, async () => {
    expect(await see('documented')).toEqual(documented);
  });

  it(`on a device: ${deviceDoes}`, async () => {
    expect(await see('device')).toEqual(device);
  });

  it('is not the same by both', () => {
    expect(device).not.toEqual(documented);
  });
});
