import { describe, expect, it } from 'vitest';
import {
  everyFailureSurfaced,
  fileWholeOrAbsent,
  noListenerLeak,
  noStuckTask,
  noUnhandledRejection,
  noWrongStateCall,
  noWrongStateCallBut,
  progressNeverBackwards,
  readyInvariants,
  staysInTheWorld,
} from '../../src/fuzz/ready.ts';
import type { Client, Invariant, Step } from '../../src/fuzz/types.ts';
import { act, create, playSteps, wait } from './clients.ts';

interface Case {
  readonly invariant: Invariant;
  readonly steps: readonly Step[];
  readonly breaks: Client;
  readonly message: RegExp;
  readonly keeps: Client;
}

const hidden: Step = { do: 'app', to: 'background' };
const relaunched: Step = { do: 'app', to: 'relaunched' };
const notFound: Step = { do: 'server', fault: { is: 'status', status: 404, body: '', times: 1 } };

/** A client whose one action starts a download and goes on with it. */
function downloading(
  goOn: (task: Awaited<ReturnType<typeof create>>, device: Parameters<Client>[0]) => unknown,
): Client {
  return (device) => ({
    async download() {
      const task = await create(device);
      task.on('failed', () => {});
      await task.start();
      await goOn(task, device);
    },
  });
}

const cases: readonly Case[] = [
  {
    invariant: noWrongStateCall,
    steps: [act('download')],
    breaks: downloading((task) => task.start()),
    message: /^download\(0\) fails: 21900007/,
    keeps: downloading((task) => task.start().catch(() => {})),
  },
  {
    invariant: noUnhandledRejection,
    steps: [act('download'), wait(3_000)],
    breaks: downloading((task) => void task.resume()),
    message: /^a promise is rejected, and nobody catches it: 21900007/,
    keeps: downloading((task) => task.resume().catch(() => {})),
  },
  {
    invariant: noUnhandledRejection,
    steps: [act('download'), wait(3_000)],
    breaks: downloading((task) =>
      task.on('completed', () => {
        throw new Error('late');
      }),
    ),
    message: /^the listener of completed of task 1 throws: Error late/,
    keeps: downloading((task) => task.on('completed', () => {})),
  },
  {
    invariant: noUnhandledRejection,
    steps: [act('download'), wait(200)],
    breaks: downloading(() =>
      setTimeout(() => {
        throw 7;
      }, 100),
    ),
    message: /^a timer of the client throws: 7/,
    keeps: downloading(() => setTimeout(() => {}, 100)),
  },
  {
    invariant: noUnhandledRejection,
    steps: [act('download')],
    breaks: downloading(() => (undefined as unknown as { x: number }).x),
    message: /^download\(0\) fails: TypeError/,
    keeps: downloading(() => Promise.reject(new Error('sorry'))),
  },
  {
    invariant: staysInTheWorld,
    steps: [act('download')],
    breaks: downloading(() => fetch('http://files.example/').catch(() => {})),
    message: /^the client leaves the world by fetch/,
    keeps: downloading(() => {}),
  },
  {
    invariant: noStuckTask,
    steps: [act('download'), wait(200), hidden],
    breaks: downloading((task, { onBackground }) => onBackground(() => void task.pause())),
    message: /^task 1 is paused for ever: the client paused it/,
    keeps: downloading((task, { onBackground, onForeground }) => {
      onBackground(() => void task.pause());
      onForeground(() => void task.resume());
    }),
  },
  {
    invariant: noStuckTask,
    steps: [act('download'), wait(200), act('download')],
    breaks: downloading((task) => setTimeout(() => task.pause().catch(() => {}), 100)),
    message: /^task 1 is paused for ever/,
    keeps: downloading((task) => task.pause()),
  },
  {
    invariant: noStuckTask,
    steps: [act('create'), relaunched],
    breaks: (device) => ({ create: () => create(device) }),
    message: /^task 1 is initialized for ever: it was created, and the app that was opened again never asked/,
    keeps: (device) => {
      const met = device.request.agent.search();
      return { create: () => met.then(() => create(device)) };
    },
  },
  {
    invariant: fileWholeOrAbsent,
    steps: [act('download'), wait(400)],
    breaks: downloading((_, { files }) => setTimeout(() => files.read('a.bin'), 300)),
    message: /^the client reads a file as whole: \/data\/a\.bin holds \d+ bytes that are not the 6000 of the server/,
    keeps: downloading((task, { files }) => task.on('completed', () => files.read('a.bin'))),
  },
  {
    invariant: fileWholeOrAbsent,
    steps: [act('download'), wait(300), act('download')],
    breaks: downloading(() => {}),
    message: /^task \d is complete, and \/data\/a\.bin holds \d+ bytes/,
    keeps: (device) => {
      let begun: Promise<void> | null = null;
      const download = async () => {
        const task = await create(device);
        task.on('failed', () => {});
        await task.start();
      };
      return {
        download: () => {
          begun ??= download();
          return begun;
        },
      };
    },
  },
  {
    invariant: noListenerLeak,
    steps: [act('download'), ...Array.from({ length: 4 }, () => act('look'))],
    breaks: (device) => {
      const made = create(device);
      return { look: async () => (await made).on('progress', () => {}) };
    },
    message: /^4 listeners of progress of task 1/,
    keeps: (device) => {
      const made = create(device);
      const listener = () => {};
      return { look: async () => (await made).on('progress', listener) };
    },
  },
  {
    invariant: noListenerLeak,
    steps: Array.from({ length: 4 }, () => act('look')),
    breaks: ({ onForeground }) => ({ look: () => onForeground(() => {}) }),
    message: /^4 listeners of foreground of the app/,
    keeps: ({ onForeground }) => {
      const listener = () => {};
      return { look: () => onForeground(listener) };
    },
  },
  {
    invariant: progressNeverBackwards,
    steps: [act('download'), wait(1_200), act('pause'), act('resume'), wait(3_000)],
    breaks: (device) => restartable(device, () => device.files.remove('a.bin')),
    message: /^task 1 had \d+ bytes, and now has \d+/,
    keeps: (device) => restartable(device, () => {}),
  },
  {
    invariant: everyFailureSurfaced,
    steps: [notFound, act('download'), wait(1_000)],
    breaks: (device) => ({ download: async () => (await create(device)).start() }),
    message: /^task 1 failed \(.+\), and the client does not know/,
    keeps: downloading(() => {}),
  },
  {
    invariant: everyFailureSurfaced,
    steps: [notFound, act('download'), relaunched, wait(1_000)],
    breaks: downloading(() => {}),
    message: /^task 1 failed/,
    keeps: (device) => {
      setTimeout(() => void device.request.agent.search(), 5_000);
      return { download: async () => (await create(device)).start() };
    },
  },
];

function restartable(device: Parameters<Client>[0], between: () => void): Record<string, () => Promise<void>> {
  const made = create(device);
  return {
    async download() {
      const task = await made;
      task.on('progress', () => {});
      await task.start();
    },
    async pause() {
      await (await made).pause();
      between();
    },
    resume: async () => (await made).resume(),
  };
}

describe.each(cases)('$invariant.name', ({ invariant, steps, breaks, message, keeps }) => {
  it(`is broken: ${message.source}`, async () => {
    const { failure } = await playSteps(breaks, steps, { invariants: [invariant] });

    expect(failure?.invariant).toBe(invariant.name);
    expect(failure?.message).toMatch(message);
  });

  it('holds for the one that minds it', async () => {
    const { failure } = await playSteps(keeps, steps, { invariants: readyInvariants });

    expect(failure).toBeNull();
  });
});

it('lets invariants read what the client does not', async () => {
  const looking: Invariant = {
    name: 'looking',
    check: ({ files }) => ((files.read('a.bin')?.length ?? 0) > 9_000 ? 'too much' : null),
  };
  const steps = [act('download'), wait(400), wait(300)];

  const { failure } = await playSteps(
    downloading(() => {}),
    steps,
    { invariants: [looking, fileWholeOrAbsent] },
  );

  expect(failure).toBeNull();
});

it('leaves a page that calls itself the file to invariants of your own', async () => {
  const steps: Step[] = [
    { do: 'server', fault: { is: 'error page', body: '<p>502</p>', times: 1 } },
    act('download'),
    wait(3_000),
  ];
  const own: Invariant = {
    name: 'noPage',
    check: ({ files, tasks }) =>
      tasks.some(({ state }) => state === 'completed') && files.read('a.bin')?.[0] === '<'.charCodeAt(0)
        ? 'a page'
        : null,
  };
  const client = downloading(() => {});

  expect((await playSteps(client, steps)).failure).toBeNull();
  expect((await playSteps(client, steps, { invariants: [own] })).failure?.message).toBe('a page');
});

it('expects the codes that it is told of', async () => {
  const client = downloading((task) => task.start());

  const { failure } = await playSteps(client, [act('download')], { invariants: [noWrongStateCallBut([21900007])] });

  expect(failure).toBeNull();
});
