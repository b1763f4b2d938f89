import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { codesSource, messagesSource } from '../../scripts/codes.mjs';
import {
  type BaiduPcsCode,
  catalogueNames,
  catalogues,
  type GokuaiName,
  type HarmonyCode,
  holeOf,
  isError,
  isTemplate,
  lookUp,
  type TencentCiCode,
  travels,
} from '../../src/errors/index.ts';

const root = resolve(import.meta.dirname, '../..');
const text = (name: string) => readFileSync(join(root, 'src/errors', name), 'utf8');

describe('the catalogues', () => {
  it.each([
    ['harmony', 8],
    ['tencent-ci', 105],
    ['gokuai', 161],
    ['tencent-cos-v4', 201],
    ['baidu-pcs', 67],
  ] as const)('%s is its table, all %d rows of it', (name, rows) => {
    expect(catalogues[name]).toEqual(JSON.parse(text(`${name}.json`)));
    expect(catalogues[name]).toHaveLength(rows);
    expect(catalogues[name].every(({ service }) => service === name)).toBe(true);
  });

  it('mark 12 texts of Gokuai and 2 of PCS as templates', () => {
    const templates = lookUp({}).filter(isTemplate);

    expect(templates.map(({ service, code }) => `${service} ${code}`)).toEqual(
      lookUp({})
        .filter(({ note }) => note?.includes('placeholder') === true)
        .map(({ service, code }) => `${service} ${code}`),
    );
    expect(templates).toHaveLength(14);
    expect(templates.map(holeOf)).toContain('number missing before "days"');
    expect(lookUp({ service: 'baidu-pcs', code: 0 }).map(holeOf)).toEqual([null]);
  });

  it('tell the five rows that are no errors', () => {
    const fine = lookUp({}).filter((row) => !isError(row));

    expect(fine.map(({ service, code }) => [service, code])).toEqual([
      ['tencent-ci', -156],
      ['tencent-cos-v4', -200],
      ['tencent-cos-v4', -206],
      ['tencent-cos-v4', 0],
      ['baidu-pcs', 0],
    ]);
  });

  it('tell the 530 rows that travel on a wire', () => {
    const rows = lookUp({});

    expect(rows.filter(travels)).toHaveLength(530);
    expect(rows.filter((row) => !travels(row) && row.service !== 'harmony').map(({ code }) => code)).toEqual([
      -1, -2, -3, -4,
    ]);
  });
});

describe('lookUp', () => {
  it('finds every row by its service, code, section and name', () => {
    for (const row of lookUp({})) {
      const { service, code, section, name } = row;

      expect(lookUp({ service, code, section, name })).toEqual([row]);
    }
  });

  it('finds both rows where a code has two', () => {
    const counted = catalogueNames.flatMap((service) => {
      const codes = lookUp({ service }).map(({ code }) => code);
      return [...new Set(codes)].filter((code) => lookUp({ service, code }).length === 2);
    });

    expect(counted).toEqual([-3006, -3008, -3011, -3015, -61]);
    expect(lookUp({ service: 'tencent-cos-v4', code: -61 }).map(({ name }) => name)).toEqual([
      'ERROR_PROXY_SIGN_BUCKET_NOTMATCH',
      'ERROR_PROXY_INVALID_CMD_REQ',
    ]);
    expect(lookUp({ service: 'tencent-ci', code: -3006, section: 'File preview errors' })).toHaveLength(1);
    expect(lookUp({ name: 'ERROR_PROXY_INVALID_CMD_REQ' }).map(({ code }) => code)).toEqual([-61]);
  });

  it('finds a code in every service that has it', () => {
    expect(lookUp({ code: 400 }).map(({ service }) => service)).toEqual(['gokuai', 'tencent-cos-v4']);
    expect(lookUp({ code: -164 }).map(({ service }) => service)).toEqual(['tencent-ci', 'tencent-cos-v4']);
  });

  it('finds all for nothing, and nothing for what is not published', () => {
    expect(lookUp({})).toHaveLength(542);
    // @ts-expect-error -- no such code
    expect(lookUp({ service: 'gokuai', code: 1 })).toEqual([]);
    // @ts-expect-error -- no such service
    expect(lookUp({ service: '__proto__' })).toEqual([]);
    // @ts-expect-error -- a code of another service
    expect(lookUp({ service: 'baidu-pcs', code: 40003 })).toEqual([]);
    // @ts-expect-error -- a name that is misspelt
    expect(lookUp({ service: 'tencent-ci', name: 'InternalErrror' })).toEqual([]);
  });
});

describe('the literal types', () => {
  it('are what the tables hold', () => {
    expect(codesSource()).toBe(text('codes.ts'));
    expect(messagesSource()).toBe(text('messages.ts'));
  });

  it('know the codes of each service', () => {
    expectTypeOf<31061>().toExtend<BaiduPcsCode>();
    expectTypeOf<31060>().not.toExtend<BaiduPcsCode>();
    expectTypeOf<'Other' | -3006>().toExtend<TencentCiCode>();
    expectTypeOf<GokuaiName>().toEqualTypeOf<never>();
    // @ts-expect-error -- not published
    const wrong: HarmonyCode = 21900008;
    expect(lookUp({ service: 'harmony' }).map(({ code }) => code)).not.toContain(wrong);
  });

  it('narrow a row by its service', () => {
    const [row] = lookUp({ code: 31061 });

    expectTypeOf(lookUp({ service: 'harmony' })[0]?.code).toEqualTypeOf<HarmonyCode | undefined>();
    if (row?.service === 'baidu-pcs') expectTypeOf(row.code).toEqualTypeOf<BaiduPcsCode>();
    expect(row?.service).toBe('baidu-pcs');
  });
});

it('the core holds the eight messages of HarmonyOS, and no other text of a table', async () => {
  const { metafile } = await build({
    entryPoints: [join(root, 'src/index.ts')],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });

  const errors = Object.keys(metafile.inputs).filter((input) => input.includes('src/errors/'));
  expect(errors.map((input) => input.replace(/.*src\/errors\//, ''))).toEqual(['messages.ts']);
});

it('longshore/errors runs in a browser, and brings nothing but itself', async () => {
  const { metafile, errors } = await build({
    entryPoints: [join(root, 'src/errors/index.ts')],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });

  expect(errors).toEqual([]);
  expect(Object.keys(metafile.inputs).every((input) => input.includes('src/errors/'))).toBe(true);
});
