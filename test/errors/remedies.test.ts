import { describe, expect, it } from 'vitest';
import { isChinese, isError, lookUp, meaningOf, remedyOf, travels } from '../../src/errors/index.ts';

const kindOf = (service: string, code: number | string) => remedyOf({ service, code })?.kind;

describe('remedies', () => {
  it('are known for every row of the cloud, and none of HarmonyOS, whose table says what to do', () => {
    for (const row of lookUp({})) {
      expect(remedyOf(row) === null).toBe(row.service === 'harmony');
      if (row.service !== 'harmony') expect(remedyOf(row)?.advice).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('is to send it again for every PCS row of status 500 and 503, but for those with another way', () => {
    const rows = lookUp({ service: 'baidu-pcs' }).filter(({ httpStatus }) => httpStatus === 500 || httpStatus === 503);
    const others = rows.filter((row) => remedyOf(row)?.kind !== 'retry');

    expect(rows).toHaveLength(29);
    expect(others.map(({ code }) => code)).toEqual([31081, 31083]);
    expect(others.map((row) => remedyOf(row)?.kind)).toEqual(['way', 'way']);
  });

  it.each([
    ['tencent-ci', -164, 'pause'],
    ['tencent-ci', -46619, 'sign'],
    ['tencent-ci', 'Other', 'retry'],
    ['tencent-ci', -103, 'final'],
    ['tencent-ci', -156, 'none'],
    ['gokuai', 50302, 'retry'],
    ['gokuai', 40102, 'sign'],
    ['gokuai', 403211, 'way'],
    ['gokuai', 40321, 'person'],
    ['gokuai', 40104, 'final'],
    ['tencent-cos-v4', -4024, 'retry'],
    ['tencent-cos-v4', -500, 'retry'],
    ['tencent-cos-v4', -4019, 'way'],
    ['tencent-cos-v4', -96, 'sign'],
    ['tencent-cos-v4', -97, 'final'],
    ['tencent-cos-v4', -2, 'local'],
    ['tencent-cos-v4', 0, 'none'],
    ['baidu-pcs', 110, 'sign'],
    ['baidu-pcs', 31219, 'pause'],
    ['baidu-pcs', 31079, 'way'],
    ['baidu-pcs', 31210, 'final'],
  ])('%s %s: %s', (service, code, kind) => {
    expect(kindOf(service, code)).toBe(kind);
  });

  it('say that success is none, and that what no server sends is local', () => {
    for (const row of lookUp({}).filter(({ service }) => service !== 'harmony')) {
      expect(remedyOf(row)?.kind === 'none').toBe(!isError(row));
      expect(remedyOf(row)?.kind === 'local').toBe(!travels(row));
    }
  });
});

describe('meanings', () => {
  it('are there in English for every row, and in Chinese for all of COS and PCS', () => {
    for (const row of lookUp({})) {
      const { english, chinese } = meaningOf(row);
      const hasChinese = row.service === 'tencent-cos-v4' || row.service === 'baidu-pcs';

      expect(english, `${row.service} ${row.code}`).not.toBe('');
      expect(isChinese(english)).toBe(false);
      expect(chinese).toBe(hasChinese ? row.description : null);
    }
  });

  it('are translated for COS alone', () => {
    const translated = lookUp({}).filter((row) => !meaningOf(row).published);

    expect(translated).toEqual(lookUp({ service: 'tencent-cos-v4' }));
  });
});
