/** The task engine and its API. Imports no Node module; `longshore/node` wires it to sockets, disk and SQLite. */

export type { Agent } from './api/agent.ts';
export {
  Action,
  BroadcastEvent,
  Faults,
  Mode,
  Network,
  State,
  VISIBILITY_COMPLETION,
  VISIBILITY_PROGRESS,
  WaitingReason,
} from './api/constants.ts';
export type { Legacy } from './api/legacy.ts';
export type { Roots } from './api/paths.ts';
export {
  type App,
  type AppContext,
  type AppOptions,
  createEngine,
  type EngineOptions,
  type Request,
  type TaskEngine,
} from './api/task-engine.ts';
export type * from './api/types.ts';
export type { TraceEntry, Tracer } from './engine/trace.ts';
export { BusinessError } from './errors.ts';
export type { Clock, Timer, TimerOptions } from './ports/clock.ts';
export { type Files, FileTrouble, type FileWriter, type Look } from './ports/files.ts';
export type { Random } from './ports/random.ts';
export {
  type Change,
  type Store,
  type StoredTask,
  StoreTrouble,
  type TaskLife,
  type TaskRecord,
} from './ports/store.ts';
export type { Run, TransferJob, TransferReport, Transport } from './ports/transport.ts';
