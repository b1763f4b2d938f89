import { rule } from '../../machines/rules.ts';
import type { Traits } from '../../machines/task.ts';
import type { Mode, Rules } from '../../machines/vocabulary.ts';
import { actionWord, modeWord, networkWord } from '../api/constants.ts';
import type { Log, LogConfig, LogEvent } from './log.ts';

/** A task of a log: what is fixed for it, and decides what it may do. */
export interface Subject {
  readonly tid: string;
  readonly app: string;
  readonly traits: Traits;
  readonly token: string | null;
  /** Target SDK level of its app; null when nobody knows. */
  readonly sdk: number | null;
  /** When it is first heard of, by the wall clock. */
  readonly createdMs: number;
  /** Requests that carry it; null when nobody knows. */
  readonly exchanges: number | null;
  /** Does it fail when the size is unknown? */
  readonly precise: boolean;
  readonly hasFloor: boolean;
  /** Events that the log has of it; of others nothing is remembered unless somebody listens. */
  readonly noted: ReadonlySet<LogEvent>;
}

export interface SubjectOf {
  readonly tid: string;
  readonly app: string;
  readonly config: LogConfig;
  readonly createdMs: number;
}

export function subjectOf({ tid, app, config, createdMs }: SubjectOf, log: Log, rules: Rules): Subject {
  const { speed = 0, duration = 0 } = config.minSpeed ?? {};
  const noted = log.entries.flatMap((each) => (each.kind === 'event' && each.tid === tid ? [each.event] : []));
  return {
    tid,
    app,
    createdMs,
    traits: traitsOf(config, rules),
    token: config.token ?? null,
    sdk: log.apps[app]?.sdk ?? null,
    exchanges: config.action === 0 || config.multipart === true ? 1 : null,
    precise: config.precise ?? false,
    hasFloor: speed > 0 && duration > 0,
    noted: new Set(noted),
  };
}

/** @source harmony-request.md 1.5, for the defaults */
function traitsOf({ action, mode, network, metered, roaming, retry }: LogConfig, rules: Rules): Traits {
  return {
    rules,
    api: 'agent',
    action: actionWord(action) ?? 'download',
    mode: modeOf(mode, rules),
    network: networkWord(network ?? 0) ?? 'any',
    metered: metered ?? false,
    roaming: roaming ?? true,
    retry: retry ?? true,
  };
}

export function modeOf(mode: unknown, rules: Rules): Mode {
  return modeWord(mode ?? 0) ?? (rule(rules, 'keepOddMode') ? 'any' : 'background');
}
