import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { type Bundle, BundleError, bundleOf, readBundle, textOf, tokenOf } from '../../src/fuzz/bundle.ts';
import { packed, unpacked } from '../../src/fuzz/token.ts';
import type { ServerFault, Step } from '../../src/fuzz/types.ts';
import { longshoreVersion } from '../../src/fuzz/version.ts';
import { scriptOf } from '../../src/fuzz/world-settings.ts';

const faults: { readonly [Is in ServerFault['is']]: Extract<ServerFault, { is: Is }> } = {
  refused: { is: 'refused', cause: 'dns', times: 1 },
  reset: { is: 'reset', afterBytes: 0, times: 1 },
  stall: { is: 'stall', afterBytes: 10, times: 2 },
  truncated: { is: 'truncated', afterBytes: 10, times: 2 },
  late: { is: 'late', delayMs: 0.5, times: 1 },
  status: { is: 'status', status: 503, body: '{"code":-1}', times: 3 },
  'new version': { is: 'new version', times: 1 },
  'no ranges': { is: 'no ranges', times: 1 },
  'wrong length': { is: 'wrong length', times: 1 },
  'redirect loop': { is: 'redirect loop', times: 1 },
  'error page': { is: 'error page', body: '<p>', times: 1 },
};
const steps: { readonly [Do in Step['do']]: Extract<Step, { do: Do }> } = {
  act: { do: 'act', name: 'get “all”', n: 2 },
  wait: { do: 'wait', ms: 400 },
  app: { do: 'app', to: 'relaunched' },
  service: { do: 'service', to: 'restarted' },
  network: { do: 'network', to: 'roaming' },
  account: { do: 'account', to: 'away' },
  memory: { do: 'memory', level: 7 },
  clock: { do: 'clock', jumpMs: -3_600_000 },
  disk: { do: 'disk', to: 'power cut' },
  server: { do: 'server', fault: faults.reset },
};
/** As the first version that made tokens made it. */
const tokenOfVersion1 = readFileSync(join(import.meta.dirname, '../fixtures/bundle-1.token'), 'utf8').trim();

const script = scriptOf({
  seed: 7,
  steps: [...Object.values(steps), ...Object.values(faults).map((fault) => ({ do: 'server', fault }) as const)],
  order: [0, 0, 30, 2_000],
});
const trace = Array.from({ length: 230 }, (_, at) => ({
  atMs: 1_767_225_600_000 + at * 10,
  kind: 'event' as const,
  name: 'received',
  of: '731845209',
  note: `${at} of 230`,
}));
const bundle = bundleOf(
  {
    script,
    failure: { invariant: 'noStuckTask', message: 'task 1 waits — for ever', atStep: 9 },
    digest: '0123456789abcdef',
    trace,
  },
  { path: 'docs/guide/buggy-client.ts', digest: 'fedcba9876543210' },
);

describe('a bundle', () => {
  it('survives its file', async () => {
    expect(await readBundle(textOf(bundle))).toEqual(bundle);
  });

  it('survives its token, but for the text of the trace', async () => {
    expect(await readBundle(await tokenOf(bundle))).toEqual({ ...bundle, lines: [] });
  });

  it('is a small file, and its token a line that goes anywhere', async () => {
    const token = await tokenOf(bundle);

    expect(token).toMatch(/^ls1\.[\w-]+\.[0-9a-f]{8}$/);
    expect(token.length).toBeLessThan(2_000);
    expect(textOf(bundle).length).toBeLessThan(20_000);
  });

  it('names the version that made it', () => {
    expect(bundle.longshore).toBe(longshoreVersion);
    expect(longshoreVersion).toBe(packageJson.version);
  });

  it('of version 1 is read for ever', async () => {
    expect(await readBundle(tokenOfVersion1)).toMatchObject({
      longshore: '0.1.0',
      client: { path: 'docs/guide/buggy-client.ts', digest: '3533db5f1122c931' },
      script: {
        rules: 'device',
        seed: 7,
        steps: [
          { do: 'act', name: 'get', n: 0 },
          { do: 'wait', ms: 300 },
          { do: 'network', to: 'offline' },
          { do: 'act', name: 'get', n: 1 },
        ],
        order: [0, 3],
      },
      failure: {
        invariant: 'noWrongStateCall',
        message: 'a promise is rejected, and nobody catches it: 21900007 task state error.',
      },
    });
  });
});

describe('a token', () => {
  it('holds any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        expect(await unpacked(await packed(text))).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  it('may be broken into lines by a terminal', async () => {
    const token = (await tokenOf(bundle)).replace(/.{80}/g, '$&\n  ');

    expect((await readBundle(`  ${token}\n`)).script).toEqual(script);
  });

  it('is refused with any character changed', async () => {
    for (let at = 0; at < tokenOfVersion1.length; at++) {
      const other = tokenOfVersion1[at] === 'a' ? 'b' : 'a';
      const damaged = tokenOfVersion1.slice(0, at) + other + tokenOfVersion1.slice(at + 1);

      await expect(readBundle(damaged), damaged).rejects.toThrow(BundleError);
    }
  });

  it('is refused with any part of it left out', async () => {
    for (let at = 0; at < tokenOfVersion1.length; at++) {
      await expect(readBundle(tokenOfVersion1.slice(0, at)), String(at)).rejects.toThrow(BundleError);
      await expect(readBundle(tokenOfVersion1.slice(0, at) + tokenOfVersion1.slice(at + 1))).rejects.toThrow(
        BundleError,
      );
    }
  });

  it.each([
    ['the beginning alone', 'ls1.dZJBb9swDIX', 'the end of the token is missing: copy all of it'],
    [
      'a changed letter',
      tokenOfVersion1.replace(/.\.(?=\w{8}$)/, '_.'),
      'the token is damaged: a part of it is missing or changed',
    ],
    ['a later way of writing', tokenOfVersion1.replace('ls1', 'ls2'), /begins with ls2, and this version .* reads ls1/],
    ['no letters', 'ls1.', 'this is no token: one looks like ls1.<letters>.<8 digits>'],
    ['letters of nobody', 'ls1.~~~~.00000000', 'this is no token: one looks like ls1.<letters>.<8 digits>'],
  ])('says what is wrong: %s', async (_, token, message) => {
    await expect(readBundle(token)).rejects.toThrow(message);
  });

  it('that holds something else is refused', async () => {
    await expect(readBundle(await packed('hello'))).rejects.toThrow('a token of something else');
    await expect(readBundle(await packed('[1]'))).rejects.toThrow('this is no bundle');
  });

  it('that would fill the memory is refused', async () => {
    await expect(readBundle(await packed('x'.repeat(5_000_000)))).rejects.toThrow(/unfolds to more than \d+ bytes/);
  });
});

describe('what is no bundle of ours is refused by name', () => {
  const changed = (change: object) => readBundle(JSON.stringify({ ...bundle, ...change }));

  it.each<[string, object, string | RegExp]>([
    [
      'a later version',
      { version: 2, longshore: '0.9.0' },
      `made by longshore 0.9.0, this is ${longshoreVersion}: it is of version 2, and versions up to 1 are read here`,
    ],
    ['another kind', { kind: 'world', longshore: '0.9.0' }, /made by longshore 0\.9\.0.*of kind "world"/],
    ['another format', { format: 'something' }, 'this is no bundle of longshore'],
    ['no version', { version: undefined }, /damaged at version/],
    ['an old version that never was', { version: 0 }, /damaged at version/],
    ['a failure without a name', { failure: { message: 'm', atStep: 0 } }, /damaged at failure\.invariant/],
    ['no digest', { digest: 'xyz' }, /damaged at digest/],
    ['marks that are none', { marks: { ...bundle.marks, digits: 'abc' } }, /damaged at marks\.digits/],
    ['a member more', { extra: 1 }, /damaged at extra/],
  ])('%s', async (_, change, message) => {
    await expect(changed(change)).rejects.toThrow(BundleError);
    await expect(changed(change)).rejects.toThrow(message);
  });

  it.each<[string, unknown]>([
    ['an unknown step', { do: 'explode' }],
    ['a step that goes back in time', { do: 'wait', ms: -1 }],
    ['a step with more than is known', { do: 'wait', ms: 1, twice: true }],
    ['a fault that never happens', { do: 'server', fault: { is: 'no ranges', times: 0 } }],
    ['a level that is none', { do: 'memory', level: 8 }],
  ])('%s', async (_, step) => {
    const steps: Bundle = { ...bundle, script: { ...script, steps: [step as Step] } };

    await expect(changed(steps)).rejects.toThrow(/damaged at script\.steps\.0/);
  });

  it('a file of a world that no url leads to', async () => {
    const lost: Bundle = { ...bundle, script: { ...script, world: { ...script.world, files: { a: 1 } } } };

    await expect(changed(lost)).rejects.toThrow(/damaged at script\.world\.files\.a: no path/);
  });

  it.each(['', 'nonsense', 'null', '7', '[]', '{"format":'])('the text %j', async (text) => {
    await expect(readBundle(text)).rejects.toThrow(BundleError);
  });
});
