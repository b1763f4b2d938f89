import type { Notice as TaskNotice } from '../../machines/task.ts';
import type { Fault, Reason, State, WaitingReason } from '../../machines/vocabulary.ts';
import type { TaskLife } from '../ports/store.ts';
import type { TransferReport } from '../ports/transport.ts';

/** How far a task was at one moment. Sizes and counts in bytes. @source harmony-request.md 1.4 */
export interface ProgressNote {
  readonly state: State;
  readonly reason: Reason;
  readonly index: number;
  readonly processed: number;
  readonly sizes: readonly number[];
  readonly headers: Readonly<Record<string, string>>;
  /** Response body of an upload's last exchange; in `completed` only. */
  readonly body: Uint8Array | null;
}

type ResponseNote = Omit<Extract<TransferReport, { type: 'responded' }>, 'type' | 'body'>;

/** What happened to a task, for those who listen. @source harmony-request.md 6.1 */
export type Notice = { readonly uid: number; readonly tid: string } & (
  | {
      readonly event: 'progress' | 'completed' | 'failed' | 'pause' | 'resume' | 'remove';
      readonly progress: ProgressNote;
    }
  | { readonly event: 'response'; readonly response: ResponseNote }
  /** One file of an upload was answered; legacy tasks hear of it. */
  | { readonly event: 'headerReceive'; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }
  | { readonly event: 'faultOccur'; readonly fault: Fault | null }
  | { readonly event: 'wait'; readonly reason: WaitingReason }
  | { readonly event: 'broadcast'; readonly state: 'completed' | 'failed' }
);

export interface Told {
  readonly uid: number;
  readonly tid: string;
  readonly life: TaskLife;
  readonly body: Uint8Array | null;
}

/** What listeners hear of a chart's word; null when the platform keeps it to itself. */
export function noticeOf(said: TaskNotice, { uid, tid, life, body }: Told): Notice | null {
  switch (said.event) {
    case 'faultOccur':
      return { uid, tid, event: said.event, fault: said.fault };
    case 'wait':
      return { uid, tid, event: said.event, reason: said.reason };
    case 'broadcast':
      return { uid, tid, event: said.event, state: said.state };
    case 'progress':
      // Nothing done of a task of unknown size: not worth an event. @source harmony-request.md 6.2, Suppression
      if (life.processed === 0 && totalOf(life) < 0) return null;
      return { uid, tid, event: said.event, progress: progressNote(said.state, life, null) };
    case 'completed':
      return { uid, tid, event: said.event, progress: progressNote(said.state, life, body) };
    default:
      return { uid, tid, event: said.event, progress: progressNote(said.state, life, null) };
  }
}

export function progressNote(state: State, life: TaskLife, body: Uint8Array | null): ProgressNote {
  const { reason, index, processed, sizes, headers } = life;
  return { state, reason, index, processed, sizes, headers, body };
}

/** Bytes of all files. */
export function totalOf({ sizes }: Pick<TaskLife, 'sizes'>): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
