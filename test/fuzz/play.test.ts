import { describe, expect, it } from 'vitest';
import type { Client } from '../../src/fuzz/types.ts';
import { act, create, playSteps, wait } from './clients.ts';

const texts = ({ story }: { readonly story: readonly { readonly text: string }[] }) => story.map(({ text }) => text);

/** Downloads, and says by whom and when in files of its own. */
const downloader: Client = (device) => ({
  async download() {
    const task = await create(device);
    task.on('progress', () => {});
    task.on('completed', () => device.files.write('done', String(Date.now())));
    await task.start();
  },
});

describe('a run', () => {
  it('is the same for the same script', async () => {
    const steps = [act('download'), wait(700), { do: 'service', to: 'restarted' } as const, wait(900)];
    const order = [0, 30, 0, 700];

    const [one, other, third] = [
      await playSteps(downloader, steps, { order }),
      await playSteps(downloader, steps, { order }),
      await playSteps(downloader, steps, { order: [1] }),
    ];

    expect(other).toEqual(one);
    expect(one.failure).toBeNull();
    expect(third.digest).not.toBe(one.digest);
  });

  it('tells its story in virtual time', async () => {
    const { story } = await playSteps(downloader, [act('download'), wait(2_000)]);

    expect(story.filter(({ who }) => who !== 'device')).toEqual([
      { atMs: 0, who: 'step', text: 'the user: download(0)' },
      { atMs: 0, who: 'client', text: 'create(/a.bin → ./a.bin)' },
      { atMs: 0, who: 'client', text: 'task 1: on(progress)' },
      { atMs: 0, who: 'client', text: 'task 1: on(completed)' },
      { atMs: 0, who: 'client', text: 'task 1: start()' },
      { atMs: 0, who: 'step', text: '2 s pass' },
      { atMs: 1_040, who: 'client', text: 'hears progress of task 1: 4000 bytes' },
      { atMs: 1_540, who: 'client', text: 'hears progress of task 1: 6000 bytes' },
      { atMs: 1_540, who: 'client', text: 'hears completed of task 1: 6000 bytes' },
      { atMs: 2_000, who: 'step', text: 'all is well again, and time passes' },
    ]);
  });

  it('lets answers, events and timers come late, and events of one task in order', async () => {
    const heard: string[] = [];
    const client: Client = (device) => ({
      async download() {
        const task = await create(device);
        heard.push(`created at ${device.request === undefined ? '' : performance.now()}`);
        task.on('progress', ({ processed }) => heard.push(`${processed} at ${performance.now()}`));
        task.on('completed', () => heard.push(`completed at ${performance.now()}`));
        setTimeout(() => heard.push(`rang at ${performance.now()}`), 100);
        await task.start();
        heard.push(`started at ${performance.now()}`);
      },
    });

    await playSteps(client, [act('download'), wait(5_000)], { order: [5, 7, 11, 2_000, 500] });

    expect(heard).toEqual([
      'created at 5',
      'started at 16',
      'rang at 112',
      '4000 at 3045',
      '6000 at 3045',
      'completed at 3045',
    ]);
  });

  it('has time and chance of its own, and leaves those of the realm as they were', async () => {
    const before = [globalThis.setTimeout, globalThis.setImmediate, Date, Math.random, fetch, performance.now];
    const seen: unknown[] = [];
    const client: Client = () => ({
      look() {
        seen.push(new Date().toISOString(), Math.random(), crypto.randomUUID());
        setImmediate(() => seen.push('immediate'));
      },
    });

    await playSteps(client, [wait(1_000), act('look')]);
    await playSteps(client, [wait(1_000), act('look')]);

    expect(seen.slice(0, 4)).toEqual(seen.slice(4));
    expect(seen[0]).toBe('2026-01-01T00:00:01.000Z');
    expect(seen[3]).toBe('immediate');
    expect([globalThis.setTimeout, globalThis.setImmediate, Date, Math.random, fetch, performance.now]).toEqual(before);
  });

  it('ends with the process that is killed: its timers, listeners and answers are gone, and its tasks go on', async () => {
    const heard: string[] = [];
    let processes = 0;
    const client: Client = (device) => {
      const process = ++processes;
      device.onForeground(() => heard.push(`foreground in ${process}`));
      return {
        async download() {
          setTimeout(() => heard.push(`timer in ${process}`), 500);
          const task = await create(device);
          task.on('completed', () => heard.push(`completed in ${process}`));
          await task.start();
        },
      };
    };
    const killed = { do: 'app', to: 'relaunched' } as const;

    const { trace } = await playSteps(client, [act('download'), killed, wait(3_000)], { invariants: [] });

    expect(processes).toBe(2);
    expect(heard).toEqual([]);
    expect(trace.some(({ name, to }) => name === 'succeeded' && to === 'completed')).toBe(true);
  });

  it('keeps listeners of both generations when the service restarts', async () => {
    const heard: string[] = [];
    const client: Client = (device) => ({
      async download() {
        const task = await create(device, { token: 'a token of its own' });
        task.on('completed', () => heard.push('agent'));
        await task.start();
        const legacy = await device.request.downloadFile(device.context, { url: device.url('/b.bin') });
        legacy.on('complete', () => heard.push('legacy'));
      },
    });
    const restarted = { do: 'service', to: 'restarted' } as const;

    const { failure } = await playSteps(client, [act('download'), wait(300), restarted], { rules: 'documented' });

    expect(failure).toBeNull();
    expect(heard.sort()).toEqual(['agent', 'legacy']);
  });

  it('opens a hidden app when the user does something', async () => {
    const heard: string[] = [];
    const client: Client = ({ onForeground, onBackground }) => {
      onForeground(() => heard.push('shown'));
      onBackground(() => heard.push('hidden'));
      return { act: () => heard.push('acted') };
    };

    await playSteps(client, [{ do: 'app', to: 'background' }, act('act')]);

    expect(heard).toEqual(['hidden', 'shown', 'acted']);
  });

  it('says what a client does that the world cannot stand, and never hangs', { timeout: 20_000 }, async () => {
    const never: Client = () => ({ act: () => new Promise(() => {}) });
    const timers: Client = () => {
      const again = () => void setTimeout(again, 0.01);
      return { act: again };
    };
    const calls: Client = ({ request }) => ({
      async act() {
        for (;;) await request.agent.search();
      },
    });
    const unheard: Client = ({ request }) => ({
      act() {
        for (;;) request.agent.search().catch(() => {});
      },
    });
    const nonError: Client = () => ({ act: () => Promise.reject('a string') });
    const nothing: Client = () => ({ act: () => Promise.reject(undefined) });
    const broken: Client = () => {
      throw new Error('no start');
    };
    const number = (() => 3) as unknown as Client;

    const failures = await Promise.all(
      [never, timers, calls, unheard, nonError, nothing, broken, number].map((each) =>
        playSteps(each, [act('act'), wait(1_000_000)]),
      ),
    );

    expect(failures.map(({ failure }) => failure?.message ?? null)).toEqual([
      null,
      expect.stringContaining('keeps the world busy'),
      expect.stringContaining('keeps the world busy'),
      expect.stringContaining('keeps the world busy'),
      'act(0) fails: "a string"',
      'act(0) fails: undefined',
      'the client fails at its start: Error no start',
      'the client fails at its start: TypeError it returns 3, and no object of actions',
    ]);
  });

  it('names what leaves the world', async () => {
    const client: Client = () => ({ act: () => fetch('http://elsewhere.example/x').catch(() => {}) });

    const { failure } = await playSteps(client, [act('act')]);

    expect(failure).toEqual({
      invariant: 'staysInTheWorld',
      message: 'the client leaves the world by fetch http://elsewhere.example/x',
      atStep: 0,
    });
  });
});

describe('the world of a run', () => {
  it.each([
    ['another version of a file', { is: 'new version', times: 1 }, 'completed'],
    ['a server without ranges', { is: 'no ranges', times: 2 }, 'completed'],
    ['a status', { is: 'status', status: 503, body: '', times: 1 }, 'failed'],
    ['a redirect loop', { is: 'redirect loop', times: 1 }, 'failed'],
    ['a cut', { is: 'reset', afterBytes: 100, times: 9 }, 'failed'],
    ['a wrong length', { is: 'wrong length', times: 9 }, 'failed'],
    ['a page in place of a file', { is: 'error page', body: '<p>', times: 1 }, 'completed'],
  ] as const)('knows %s', async (_, fault, state) => {
    const client: Client = (device) => ({
      async act() {
        const task = await create(device, { retry: false });
        task.on('failed', () => {});
        await task.start();
      },
    });

    const { story } = await playSteps(client, [{ do: 'server', fault }, act('act'), wait(10_000)], {
      rules: 'documented',
    });

    expect(texts({ story }).some((text) => text.includes(`→ ${state}`))).toBe(true);
  });

  it('has a disk that is full, fails, and is mended', async () => {
    const seen: string[] = [];
    const client: Client = ({ files }) => ({
      write() {
        try {
          files.write('note', 'text');
          seen.push('written');
        } catch (trouble) {
          seen.push((trouble as { kind: string }).kind);
        }
      },
    });

    await playSteps(client, [{ do: 'disk', to: 'full' }, act('write'), { do: 'disk', to: 'free' }, act('write')]);

    expect(seen).toEqual(['space', 'written']);
  });
});
