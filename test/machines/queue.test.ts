import { describe, expect, it } from 'vitest';
import { bucketOf, defaultLimits, type QueueEvent, queueMachine, takesRoom } from '../../machines/queue.ts';
import { states } from '../../machines/vocabulary.ts';
import { play } from '../support/charts.ts';

const create: QueueEvent = { type: 'create' };
const allowed = { type: 'allowed', operation: 'create' };
const refused = { type: 'refused', code: 21900004, operation: 'create', state: 'full' };

describe('the queue', () => {
  it('accepts 1001 background tasks and refuses the 1002nd', () => {
    const queue = play(queueMachine, { tasksMax: defaultLimits('documented').backgroundTasksMax });
    for (let count = 1; count <= 1001; count += 1) {
      expect(queue.send(create)).toEqual([allowed]);
      queue.send({ type: 'entered' });
    }
    expect(queue.send(create)).toEqual([refused]);
  });

  it('accepts again as soon as one has left', () => {
    const queue = play(queueMachine, { tasksMax: 2, count: 2 });
    expect(queue.send(create)).toEqual([refused]);
    expect(queue.send({ type: 'left' }, create)).toEqual([allowed]);
    expect(queue.send({ type: 'entered' }, create)).toEqual([refused]);
  });

  it('follows its limit', () => {
    const queue = play(queueMachine, { tasksMax: 1, count: 1 });
    expect(queue.send({ type: 'limitChanged', tasksMax: 2 }, create)).toEqual([allowed]);
    expect(queue.send({ type: 'limitChanged', tasksMax: 0 }, create)).toEqual([refused]);
  });

  it('of no length refuses everybody, and one without end nobody', () => {
    expect(play(queueMachine, { tasksMax: 0 }).send(create)).toEqual([refused]);
    expect(play(queueMachine, { tasksMax: Infinity, count: 1_000_000 }).send(create)).toEqual([allowed]);
  });

  it('has no end for foreground tasks by the book, and room for 2001 on a device', () => {
    expect(defaultLimits('documented')).toEqual({ backgroundTasksMax: 1001, foregroundTasksMax: Infinity });
    expect(defaultLimits('device')).toEqual({ backgroundTasksMax: 1001, foregroundTasksMax: 2001 });
  });

  it('counts unknown modes as background', () => {
    expect(bucketOf('foreground')).toBe('foreground');
    expect(bucketOf('background')).toBe('background');
    expect(bucketOf('any')).toBe('background');
  });

  it('has tasks that may still do something take room', () => {
    expect(states.filter(takesRoom)).toEqual(['initialized', 'waiting', 'running', 'retrying', 'paused']);
  });
});
