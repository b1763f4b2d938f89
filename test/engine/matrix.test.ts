import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { type TaskEffect, type TaskEvent, type TaskOperation, taskMachine } from '../../machines/task.ts';
import type { Action, Rules, State } from '../../machines/vocabulary.ts';
import type { Config, Task } from '../../src/api/types.ts';
import published from '../../src/fuzz/engine/operation-matrix.json' with { type: 'json' };
import { answer as answerWith, type FaultRule, refuse, type World } from '../../src/sim/index.ts';
import {
  bothRules,
  dayMs,
  downloadOf,
  infoOf,
  journeyOf,
  refusalOf,
  slowWorld,
  started,
  stateOf,
  systemApp,
  uploadOf,
} from '../support/worlds.ts';

type Place = State | 'gone';
type Row = Readonly<Record<Place, string | number>>;

const token = 'a token of its own';

/** What a world needs from the start, for a task to get to a place. */
const faultsFor: Partial<Record<Place, FaultRule[]>> = {
  retrying: [refuse('dns', { times: Infinity })],
  failed: [answerWith(500)],
};

function configOf(world: World, action: Action, place: Place, row: string): Partial<Config> {
  const own = row === 'touch' ? { token } : {};
  const ends = place === 'completed' || place === 'failed';
  if (action === 'upload') return uploadOf(world, [ends ? 100 : 100_000], own);
  return downloadOf(ends ? '/small' : '/big', own);
}

/** Brings a new task to a place, by calls and by what happens in the world. */
async function taskIn(place: Place, world: World, action: Action, row: string): Promise<Task> {
  const config = configOf(world, action, place, row);
  if (place === 'waiting') world.setNetwork('offline');
  if (place === 'initialized' || place === 'removed' || place === 'gone') {
    const task = await world.create(config);
    if (place === 'removed') {
      await world.app.request.agent.remove(task.tid);
      await world.run(0);
    }
    if (place === 'gone') {
      world.clock.jump(8 * dayMs);
      expect(world.engine.collectGarbage()).toBe(1);
    }
    return task;
  }
  const task = await started(world, config);
  await world.run(place === 'completed' || place === 'failed' ? 5_000 : 100);
  if (place === 'paused') await task.pause();
  if (place === 'stopped') await task.stop();
  return task;
}

function call(world: World, task: Task, row: string): unknown {
  const { app } = world;
  const { agent } = app.request;
  switch (row) {
    case 'start.download':
    case 'start.upload':
      return task.start();
    case 'pause':
      return task.pause();
    case 'resume':
      return task.resume();
    case 'stop':
      return task.stop();
    case 'remove':
      return agent.remove(task.tid);
    case 'setMaxSpeed':
      return task.setMaxSpeed(20_000);
    case 'getTask':
      return agent.getTask(app.context, task.tid);
    case 'show':
      return agent.show(task.tid);
    case 'touch':
      return agent.touch(task.tid, token);
    case 'query':
      return systemApp(world).request.agent.query(task.tid);
    case 'on':
      return task.on('progress', () => {});
    case 'off':
      return task.off('progress');
    default:
      throw new Error(`nobody calls ${row}`);
  }
}

async function holds(rules: Rules, action: Action, row: string, place: Place, answer: string | number) {
  const world = slowWorld({ rules, faults: faultsFor[place] ?? [] });
  const task = await taskIn(place, world, action, row);
  if (place !== 'gone') expect(stateOf(world, task.tid)).toContain(`${place} (`);
  const before = journeyOf(world, task.tid).length;

  if (typeof answer === 'number') {
    const refusal = await refusalOf(() => call(world, task, row));
    expect(refusal.code).toBe(answer);
    expect(journeyOf(world, task.tid)).toHaveLength(before);
    return;
  }
  if (row === 'search') {
    const found = await world.app.request.agent.search();
    expect(found).toEqual(answer === 'listed' ? [task.tid] : []);
    return;
  }
  const result = await call(world, task, row);
  const [next] = journeyOf(world, task.tid).slice(before);
  expect(next).toBe(answer === 'ok' ? undefined : answer);
  if (row === 'getTask') expect(result).toMatchObject({ tid: task.tid });
  if (['show', 'touch', 'query'].includes(row)) {
    expect(result).toMatchObject({ tid: task.tid, progress: infoOf(world, task.tid).progress });
  }
}

/** A device never shows RETRYING, so there the chart itself is put into that state. */
function chartHolds(rules: Rules, action: Action, row: string, answer: string | number): void {
  const operation = (row.startsWith('start') ? 'start' : row) as TaskOperation;
  const traits = { rules, action, api: 'agent', mode: 'background', network: 'any' } as const;
  const input = { traits: { ...traits, metered: false, roaming: true, retry: true } };
  const retrying = taskMachine.resolveState({
    value: { active: 'retrying' },
    context: { ...input, reason: 'default' },
  });
  const actor = createActor(taskMachine, { input, snapshot: retrying });
  const effects: TaskEffect[] = [];
  actor.on('*', (effect) => effects.push(effect));
  actor.start();

  actor.send({ type: operation } as TaskEvent);

  if (typeof answer === 'number') {
    expect(effects).toEqual([{ type: 'refused', code: answer, operation, state: 'retrying' }]);
  } else if (answer === 'ok' || answer === 'listed') {
    expect(effects).toEqual([{ type: 'allowed', operation }]);
    expect(actor.getSnapshot().value).toEqual({ active: 'retrying' });
  } else {
    expect(actor.getSnapshot().value).toBe(answer);
  }
}

describe.each(['download', 'upload'] as const)('a %s', (action) => {
  for (const rules of bothRules) {
    for (const [row, cells] of Object.entries<Row>(published[rules])) {
      const [operation, of] = row.split('.');
      if (operation === 'attachGroup' || (of !== undefined && of !== action)) continue;
      for (const [place, answer] of Object.entries(cells) as [Place, string | number][]) {
        it(`${rules}: ${operation} in ${place} answers ${answer}`, async () => {
          if (rules === 'device' && place === 'retrying') chartHolds(rules, action, row, answer);
          else await holds(rules, action, row, place, answer);
        });
      }
    }
  }
});
