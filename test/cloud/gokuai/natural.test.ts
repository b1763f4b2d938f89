import { describe, expect, it } from 'vitest';
import { gokuai } from '../../../src/cloud/gokuai/index.ts';
import { rowOf } from '../../../src/cloud/rows.ts';
import { provocations } from './provocations.ts';
import { statusOf } from './statuses.ts';

describe('what a client does causes a row', () => {
  it.each(gokuai.conditions.map((condition) => [condition.code, condition.when, condition] as const))(
    '%s, when %s',
    (code, _, condition) => {
      const provocation = provocations.get(Number(code));
      const told = provocation?.provoke();

      expect(told?.json).toEqual({
        error_code: code,
        error_msg: provocation?.message ?? rowOf('gokuai', condition).message,
      });
      expect(told?.status).toBe(statusOf(condition));
      expect(told?.headers.get('content-type')).toBe('application/json');
    },
  );

  it('and no row has a provocation without a condition, or two conditions', () => {
    const codes = gokuai.conditions.map(({ code }) => code);

    expect([...provocations.keys()].sort()).toEqual([...codes].sort());
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('at operations that exist', () => {
    const operations = ['any', ...Object.keys(gokuai.operations)];

    expect(gokuai.conditions.filter(({ operation }) => !operations.includes(operation))).toEqual([]);
  });
});
