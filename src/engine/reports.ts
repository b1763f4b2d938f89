import type { Action } from '../../machines/vocabulary.ts';
import { unexpected } from '../errors.ts';
import type { TaskLife } from '../ports/store.ts';
import type { TransferReport } from '../ports/transport.ts';
import type { LiveTask } from './live.ts';
import type { Turn } from './turn.ts';

/** What follows from a report that is more than a count: the counts it carries, what listeners hear, and the chart's word. */
export function followReport(
  turn: Turn,
  task: LiveTask,
  report: Exclude<TransferReport, { type: 'received' }>,
  online: boolean,
): void {
  const { tid, uid, spec } = task.record;
  switch (report.type) {
    case 'responded': {
      const { version, status, phrase, headers } = report;
      turn.update(task, afterResponse(task.life, report, spec.action));
      turn.keepRun(task);
      turn.notices.push({ uid, tid, event: 'response', response: { version, status, phrase, headers } });
      return turn.decide({ to: 'transfer', task, event: { type: 'responded', status } });
    }
    case 'finished': {
      turn.update(task, afterEnd(task, report.bytes));
      turn.keepBody(task, report.body);
      if (spec.action === 'upload') {
        turn.notices.push({ uid, tid, event: 'headerReceive', headers: task.life.headers, body: report.body });
      }
      return turn.decide({ to: 'transfer', task, event: { type: 'finished' } });
    }
    case 'faulted': {
      const { cause, status, local = false } = report;
      return turn.decide({ to: 'transfer', task, event: { type: 'faulted', cause, status, online, local } });
    }
    case 'cancelled':
      return turn.decide({ to: 'transfer', task, event: { type: 'cancelled' } });
    default:
      return unexpected(report);
  }
}

/** One request may have carried all files of an upload. */
function afterEnd({ record: { spec }, life }: LiveTask, bytes: number): Partial<TaskLife> {
  if (spec.action === 'download') return { processed: bytes, sizes: [bytes] };
  if (!spec.multipart) return { processed: bytes };
  return { index: life.sizes.length - 1, processed: life.sizes.at(-1) ?? 0 };
}

function afterResponse(
  life: TaskLife,
  { headers, body }: Extract<TransferReport, { type: 'responded' }>,
  action: Action,
): Partial<TaskLife> {
  const flat = Object.fromEntries([...headers].map(([name, values]) => [name, values.join(', ')]));
  const mimeType = flat['content-type'] ?? life.mimeType;
  if (action === 'upload') return { headers: flat };
  if (body !== null) return { headers: flat, mimeType, processed: body.offset, sizes: [body.size] };
  // It says nothing of the bytes on disk, so it must not vouch for them.
  const { etag: _, 'last-modified': __, ...others } = flat;
  return { headers: others, mimeType };
}
