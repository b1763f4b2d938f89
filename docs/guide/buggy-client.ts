import type { Client, Device } from 'longshore/fuzz';

type Task = Awaited<ReturnType<Device['request']['agent']['create']>>;

/** Episodes of a podcast, kept for the train. The user fetches them, and pauses and resumes that. */
const podcast: Client = ({ request, context, url, files }) => {
  const { agent } = request;
  const episodes = new Map<number, { readonly task: Task; isPaused: boolean }>();
  const begun = new Set<number>();
  const fileOf = (n: number) => `${context.cacheDir}/episode${n}.mp3`;

  const follow = (n: number, task: Task) => {
    if (episodes.has(n)) return false;
    episodes.set(n, { task, isPaused: false });
    task.on('completed', () => episodes.delete(n));
    task.on('failed', () => {
      episodes.delete(n);
      throwAway(n, task.tid).catch(() => {});
    });
    return true;
  };

  const throwAway = async (n: number, tid: string) => {
    await agent.remove(tid);
    if (!episodes.has(n) && !begun.has(n)) files.remove(fileOf(n));
  };

  // The app was killed, and its tasks were not. They may end while they are asked: listen first.
  const meetTasks = async () => {
    const { WAITING, RUNNING, RETRYING, PAUSED, COMPLETED, REMOVED } = agent.State;
    for (const tid of await agent.search({ after: 0, before: Number.MAX_SAFE_INTEGER })) {
      const task = await agent.getTask(context, tid);
      const n = Number(task.config.title);
      const isNew = follow(n, task);
      const { state } = (await agent.show(tid)).progress;
      if ([WAITING, RUNNING, RETRYING].some((each) => each === state)) continue;
      if (isNew) episodes.delete(n);
      if (state === PAUSED) episodes.set(n, { task, isPaused: true });
      else if (state !== COMPLETED && state !== REMOVED) await throwAway(n, tid);
    }
  };
  const meetTasksAtLast = (): Promise<void> =>
    meetTasks().catch(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return meetTasksAtLast();
    });
  const met = meetTasksAtLast();

  return {
    async fetch(n) {
      await met;
      if (episodes.has(n) || begun.has(n)) return;
      begun.add(n);
      try {
        const task = await agent.create(context, {
          action: agent.Action.DOWNLOAD,
          url: url(`/episode${n}.mp3`),
          saveas: fileOf(n),
          title: String(n),
          overwrite: true,
        });
        follow(n, task);
        await task.start().catch(async (error) => {
          episodes.delete(n);
          await throwAway(n, task.tid).catch(() => {});
          throw error;
        });
      } finally {
        begun.delete(n);
      }
    },

    async pauseOrResume(n) {
      const episode = episodes.get(n);
      if (episode === undefined) return;
      if (episode.isPaused) await episode.task.resume();
      else await episode.task.pause();
      episode.isPaused = !episode.isPaused;
    },
  };
};

export default podcast;
