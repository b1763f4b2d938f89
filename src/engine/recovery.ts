import { type QueueLimits, takesRoom } from '../../machines/queue.ts';
import { rule } from '../../machines/rules.ts';
import { reasonAtStart } from '../../machines/waiting.ts';
import type { StoredTask } from '../ports/store.ts';
import { bucketOfTask, isRunning, type Live } from './live.ts';
import type { Turn } from './turn.ts';

/**
 * Brings stored tasks back to life and tells those that were interrupted. No deadline is stored: each follows from an
 * instant that is (creation, last change, time run so far), so there is no timer to bring back.
 *
 * @param turn  takes the letters; the caller settles and stores it.
 * @returns     the highest number that a task was created with.
 * @source harmony-request.md 10
 */
export function recover(stored: Iterable<StoredTask>, live: Live, limits: QueueLimits, turn: Turn): number {
  turn.post({ to: 'slots', event: { type: rule(live.rules, 'restoreDelayMs') > 0 ? 'held' : 'changed' } });
  let seqMax = 0;
  for (const { record, life } of stored) {
    const app = live.apps.get(record.uid) ?? live.meet(record.uid, record.bundle, limits);
    const task = live.admit(record, life, life);
    seqMax = Math.max(seqMax, record.seq);
    if (takesRoom(life.state)) {
      turn.post({ to: 'queue', uid: record.uid, bucket: bucketOfTask(task), event: { type: 'entered' } });
    }
    const around = live.around(app);
    const isShutOut = life.state === 'waiting' && reasonAtStart(task.traits, around) !== life.reason;
    if (isRunning(life.state) || isShutOut) {
      turn.post({ to: 'task', task, event: { type: 'restarted', around } });
    }
  }
  return seqMax;
}
