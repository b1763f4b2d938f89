import fc from 'fast-check';
import { type ErrorCode, errorCodes } from '../../machines/vocabulary.ts';
import type { App } from '../../src/api/task-engine.ts';
import { BusinessError } from '../../src/errors.ts';
import { serverOrigin } from '../../src/sim/index.ts';

/** What no app may read, and no server may get. */
export const secret = 'the secret of somebody else';

/** Where an app lives, for paths that lead out of it. */
export interface Premises {
  /** Its cache directory, with links of these names in it. */
  readonly root: string;
  /** A directory beside it, with a file `secret` in it. */
  readonly outside: string;
}

/** Links under the root, by name: to a directory and a file outside, to nothing yet, to itself. */
export const linksOf = ({ outside }: Premises) => ({
  'link-out': outside,
  'link-secret': `${outside}/secret`,
  'link-new': `${outside}/new`,
  'link-loop': 'link-loop',
});

const oddTexts = [
  '',
  ' ',
  '\0',
  '\r\n',
  'a\0b',
  '\r\nx-evil: 1',
  '\u202e',
  '~',
  '$HOME',
  '%2e%2e',
  '..\\..',
  '*',
  '?',
  '#',
];
const tricks = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then'];
const long = fc.constantFrom('x'.repeat(256), 'é'.repeat(200), 'y'.repeat(5_000), 'z'.repeat(70_000));
const odd = fc.oneof(fc.constantFrom(...oddTexts, ...tricks), long, fc.string({ unit: 'binary', maxLength: 12 }));

/** Paths that try to lead out of the root: never further up than the premises are deep. */
export function hostilePath(premises: Premises): fc.Arbitrary<string> {
  const { root, outside } = premises;
  const links = Object.keys(linksOf(premises));
  const segment = fc.oneof(
    fc.constantFrom('..', '..', '..', '.', '', 'a', 'b', 'dir', 'file', 'new', 'outside', 'secret', ...links),
    odd,
  );
  const segments = fc.array(segment, { maxLength: 6 });
  const prefixes = [
    '',
    './',
    `${root}/`,
    `${root}/link-out/`,
    './link-out/',
    'link-new',
    'link-secret',
    `${root}x/`,
    `${outside}/`,
    'file://com.example.app/',
    `file://com.example.app${outside}/`,
    'file://com.example.other/',
    'file:///',
    'internal://cache/',
    'internal://../',
    'internal://__proto__/',
    'file://docs/',
    'file://media/',
    'data:',
    'C:\\',
  ];
  return fc
    .tuple(
      fc.constantFrom(...prefixes),
      fc.oneof(fc.array(segment, { maxLength: 1 }), segments),
      fc.constantFrom('', '', '/', ' '),
    )
    .map(([prefix, segments, end]) => prefix + segments.join('/') + end);
}

const hostileUrl = fc.oneof(
  fc.constantFrom(`${serverOrigin}/file`, `${serverOrigin}/up`),
  fc.constantFrom(
    'http://',
    'http://x',
    'http://[::1',
    'http://%',
    'http://\0/',
    'javascript:1',
    'file:///etc/passwd',
    'HTTP://files.example/file',
    `${serverOrigin}/..`,
    `${serverOrigin}/%2e%2e/%2e%2e`,
    `${serverOrigin}/..%2f..%2fsecret`,
    `${serverOrigin}/a\0b`,
    `${serverOrigin}/file\r\nHost: evil`,
    `${serverOrigin}/file?x=../../secret`,
    `${serverOrigin}:99999/file`,
    'http://user:word@files.example/file',
    'http://xn--/',
    `http://${'a'.repeat(9_000)}/`,
  ),
  odd.map((text) => `${serverOrigin}/${text}`),
  odd.map((text) => `http://${text}`),
  fc.webUrl(),
);

const anyJunk = fc.anything({
  withNullPrototype: true,
  withObjectString: true,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
});
const pollution = fc.constantFrom('{"__proto__":{"polluted":"yes"}}', '{"constructor":{"prototype":{"polluted":1}}}');
const junk = fc.oneof(
  anyJunk,
  odd,
  pollution.map((text) => JSON.parse(text) as unknown),
);

const hostileHeaders = fc.oneof(
  fc.dictionary(fc.oneof(odd, fc.constantFrom('Content-Type', 'Range', 'Host', 'Content-Length', 'If-Range')), odd),
  junk,
);

/** Mostly as it should be, now and then anything. */
function mostly(sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: sound }, { weight: 1, arbitrary: junk });
}

/** A config of `agent.create`: some fields, each hostile in its own way. */
export function hostileConfig(premises: Premises): fc.Arbitrary<Record<string, unknown>> {
  const path = hostilePath(premises);
  const item = fc.record({
    name: mostly(odd),
    value: mostly(fc.record({ path: mostly(path), filename: odd, contentType: odd }, { requiredKeys: ['path'] })),
  });
  const whole = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, 1, 2, -1, 2 ** 53, 1e308));
  return fc.record(
    {
      action: mostly(fc.constantFrom(0, 1)),
      url: mostly(hostileUrl),
      saveas: mostly(path),
      data: mostly(fc.oneof(odd, fc.array(item, { minLength: 1, maxLength: 3 }))),
      headers: hostileHeaders,
      overwrite: mostly(fc.boolean()),
      method: mostly(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH\r\n')),
      title: odd,
      description: odd,
      mode: mostly(fc.constantFrom(0, 1, 2)),
      network: mostly(fc.constantFrom(0, 1, 2)),
      proxy: mostly(fc.constantFrom('http://proxy.example:8080', 'http://\r\n:1', 'http://x:99999')),
      index: mostly(whole),
      begins: mostly(whole),
      ends: mostly(whole),
      precise: fc.boolean(),
      multipart: fc.boolean(),
      token: mostly(odd),
      priority: mostly(whole),
      extras: junk,
      notification: junk,
      minSpeed: mostly(fc.record({ speed: mostly(whole), duration: mostly(whole) })),
      timeout: mostly(fc.record({ connectionTimeout: mostly(whole), totalTimeout: mostly(whole) })),
    },
    { requiredKeys: ['action', 'url'] },
  );
}

/** A call with hostile arguments, of either generation; whatever task comes of it is set going. */
export interface HostileCall {
  readonly on: (app: App) => unknown;
  /** What a failure shows. */
  readonly [fc.toStringMethod]: () => string;
}

type Call = (...args: readonly unknown[]) => unknown;

export function hostileCall(premises: Premises): fc.Arbitrary<HostileCall> {
  const path = hostilePath(premises);
  const legacyDownload = fc.record(
    { url: mostly(hostileUrl), filePath: mostly(path), header: hostileHeaders, title: odd, description: odd },
    { requiredKeys: ['url'] },
  );
  const legacyUpload = fc.record({
    url: mostly(hostileUrl),
    header: hostileHeaders,
    method: mostly(fc.constantFrom('POST', 'PUT', '\r\n')),
    files: mostly(fc.array(fc.record({ filename: odd, name: odd, uri: mostly(path), type: odd }), { maxLength: 3 })),
    data: mostly(fc.array(fc.record({ name: odd, value: odd }), { maxLength: 2 })),
  });
  const question = fc.constantFrom('getTask', 'remove', 'show', 'touch', 'search', 'query');
  const wish = fc.constantFrom('on', 'off', 'setMaxSpeed');
  const someJunk = fc.array(junk, { maxLength: 3 });
  return fc.oneof(
    { weight: 6, arbitrary: hostileConfig(premises).map(creating) },
    { weight: 1, arbitrary: junk.map(creating) },
    { weight: 2, arbitrary: legacyDownload.map((config) => calling('downloadFile', config)) },
    { weight: 2, arbitrary: legacyUpload.map((config) => calling('uploadFile', config)) },
    { weight: 2, arbitrary: fc.tuple(question, someJunk).map(([word, args]) => asking(word, args)) },
    { weight: 1, arbitrary: fc.tuple(wish, someJunk).map(([word, args]) => wishing(word, args)) },
  );
}

function creating(config: unknown): HostileCall {
  return shownAs('create', [config], async ({ request, context }) => {
    const task = await request.agent.create(context, config as never);
    await task.start();
  });
}

function calling(word: 'downloadFile' | 'uploadFile', config: unknown): HostileCall {
  return shownAs(word, [config], ({ request, context }) => (request[word] as Call)(context, config));
}

function asking(
  word: 'getTask' | 'remove' | 'show' | 'touch' | 'search' | 'query',
  args: readonly unknown[],
): HostileCall {
  return shownAs(word, args, ({ request, context }) => {
    const call = request.agent[word].bind(request.agent) as Call;
    return word === 'getTask' ? call(context, ...args) : call(...args);
  });
}

function wishing(word: 'on' | 'off' | 'setMaxSpeed', args: readonly unknown[]): HostileCall {
  return shownAs(`task.${word}`, args, async ({ request, context }) => {
    const task = await request.agent.create(context, { action: 0, url: `${serverOrigin}/file`, overwrite: true });
    await (task[word].bind(task) as Call)(...args);
  });
}

function shownAs(word: string, args: readonly unknown[], on: (app: App) => unknown): HostileCall {
  return { on, [fc.toStringMethod]: () => `${word}(${args.map((each) => fc.stringify(each)).join(', ')})` };
}

const known = new Set<unknown>(Object.values(errorCodes));

/** The code a call is refused with, null for none. What is no error of the catalogue comes through, for the test to fail. */
export async function refusedWith(call: () => unknown): Promise<ErrorCode | null> {
  try {
    await call();
    return null;
  } catch (error) {
    if (error instanceof BusinessError && known.has(error.code) && error.message !== '') return error.code as ErrorCode;
    throw error;
  }
}
