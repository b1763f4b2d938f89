import type { Rules } from '../../machines/vocabulary.ts';
import { failedReason } from '../../src/api/constants.ts';
import type { Config, HttpResponse } from '../../src/api/types.ts';
import { createWorld, serverOrigin } from '../../src/sim/index.ts';
import { downloadOf, hear, infoOf, payloadsOf, slowWorld, started, stateOf } from '../support/worlds.ts';
import { type Cases, outcome } from './case.ts';

const strangeUrl = 'http://strange.example/x';

/** What a task hears of a response with this status and these headers. */
async function responsesTo(rules: Rules, status: number, headers: [string, string][] = []): Promise<HttpResponse[]> {
  const body = { size: 0, bytesAt: () => new Uint8Array() };
  const strange = () => ({ status, phrase: '', headers: [...headers, ['content-length', '0'] as const], body });
  const world = createWorld({ rules, hosts: { 'http://strange.example': strange } });
  const task = await started(world, { url: strangeUrl, saveas: '/data/x' });
  const heard = hear(task);
  await world.run(5_000);
  return payloadsOf<HttpResponse>(heard, 'response');
}

/** Creates a task, and gives what `look` sees of it, or the code of the refusal. */
function created(rules: Rules, config: object, look: 'retry' | 'mode' | 'saveas' | 'title'): Promise<unknown> {
  const world = slowWorld({ rules });
  return outcome(async () => infoOf(world, (await world.create(config as Partial<Config>)).tid)[look]);
}

/** What calls answer, and how they read a config. */
export const calls = {
  resolveTrue: {
    async see(rules) {
      const world = slowWorld({ rules });
      const task = await world.create(downloadOf('/big'));
      return [
        await task.start(),
        await task.setMaxSpeed(20_000),
        await task.pause(),
        await task.resume(),
        await task.stop(),
      ];
    },
    documented: Array(5).fill(undefined),
    device: Array(5).fill(true),
  },
  codedLegacyErrors: {
    async see(rules) {
      const { request } = createWorld({ rules }).app;
      const codeOf = (call: () => unknown) => {
        try {
          return call();
        } catch (error) {
          return (error as { code?: number }).code;
        }
      };
      return codeOf(() => request.download({ url: 'no url' }));
    },
    documented: 401,
    device: undefined,
  },
  removeResolvesFalse: {
    async see(rules) {
      const world = slowWorld({ rules });
      return world.app.request.agent.remove((await world.create(downloadOf('/small'))).tid);
    },
    documented: undefined,
    device: false,
  },
  forgetMimeType: {
    async see(rules) {
      const world = slowWorld({ rules });
      const { tid } = await started(world, downloadOf('/small'));
      await world.run(5_000);
      return (await world.app.request.agent.show(tid)).mimeType;
    },
    documented: 'application/octet-stream',
    device: '',
  },
  failedReasonOfNone: {
    // Only a restart fails a task without a reason, and no caller's object outlives it, so no call can show this.
    see: (rules) => failedReason('default', rules),
    documented: 8,
    device: 2,
  },
  tellOddStatus: {
    see: async (rules) => (await responsesTo(rules, 299)).map(({ statusCode }) => statusCode),
    documented: [299],
    device: [],
  },
  splitHeadersAtCommas: {
    async see(rules) {
      const [response] = await responsesTo(rules, 200, [
        ['date', 'Fri, 14 Mar 2025 00:00:00 GMT'],
        ['many', 'a'],
        ['many', 'b'],
      ]);
      return [response?.headers.get('date'), response?.headers.get('many')];
    },
    documented: [['Fri, 14 Mar 2025 00:00:00 GMT'], ['a', 'b']],
    device: [
      ['Fri', '14 Mar 2025 00:00:00 GMT'],
      ['a', 'b'],
    ],
  },
  redirectsMax: {
    async see(rules) {
      const world = slowWorld({ rules, server: { redirects: { '/small': { status: 302, location: '/small' } } } });
      const { tid } = await started(world, downloadOf('/small', { timeout: { totalTimeout: 10 } }));
      await world.run(11_000);
      return stateOf(world, tid);
    },
    documented: 'failed (16)',
    device: 'failed (12)',
  },
  oldUrlBytesMax: {
    async see(rules) {
      const world = slowWorld({ rules });
      const { context, request } = world.addApp({ uid: 20_010_002, sdk: 14 });
      const url = `${serverOrigin}/${'x'.repeat(2_100)}`;
      return outcome(async () => {
        const { tid } = await request.agent.create(context, { action: 0, url, saveas: '/data/x' });
        return stateOf(world, tid);
      });
    },
    documented: 401,
    device: 'initialized (0)',
  },
  stringBytesMax: {
    async see(rules) {
      const world = slowWorld({ rules });
      const { tid } = await world.create(downloadOf('/small', { method: 'POST', data: 'x'.repeat(70_000) }));
      return infoOf(world, tid).data?.length;
    },
    documented: 70_000,
    device: 65_535,
  },
  readUndefined: {
    see: async (rules) => [
      await created(rules, { retry: undefined }, 'retry'),
      await created(rules, { data: undefined }, 'retry'),
    ],
    documented: [true, true],
    device: [false, 401],
  },
  keepOddMode: {
    see: (rules) => created(rules, { mode: 2 }, 'mode'),
    documented: 0,
    device: 2,
  },
  wrapNegativeTimeout: {
    see: (rules) => created(rules, { timeout: { connectionTimeout: -1 } }, 'title'),
    documented: 401,
    device: 'download',
  },
  queryInTarget: {
    see: (rules) => created(rules, { url: `${serverOrigin}/small?page=1` }, 'saveas'),
    documented: '/data/small',
    device: '/data/small?page=1',
  },
} satisfies Cases;
