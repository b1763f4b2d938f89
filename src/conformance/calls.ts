import { rule } from '../../machines/rules.ts';
import type { TaskEvent, TaskOperation } from '../../machines/task.ts';
import { errorCodes, type Rules } from '../../machines/vocabulary.ts';
import { agentEvents } from '../api/constants.ts';
import { type Answer, before, type Known, permissionFacts, reachesOthers, serviceDown } from './answers.ts';
import type { Belief, Possible, View } from './belief.ts';
import { apply, seated } from './core.ts';
import { type Entry, type EntryOf, infoOf, type Log } from './log.ts';
import { shows } from './payloads.ts';
import type { Subject } from './subject.ts';
import type { Surroundings } from './surroundings.ts';

/** A call, and its answer wherever the log has it; null while it has none. */
export interface Asked {
  readonly call: EntryOf<'call'>;
  readonly app: string;
  readonly answer: {
    readonly tid?: string | undefined;
    readonly code: Answer;
    readonly result?: unknown;
  } | null;
}

/** What all calls of a log are judged by. */
export interface Court {
  readonly log: Log;
  readonly rules: Rules;
  readonly surroundings: Surroundings;
}

/** One way in which a call may go. */
export interface Outcome {
  readonly answer: Answer;
  readonly possible: Possible;
}

/** The app of entries that name none. */
export const standardApp = 'app';

const tokenLengths = { min: 8, max: 2048 } as const;
const speedMin = 16_384;

/** Every way in which a call may go that takes effect now. */
export function outcomesOf(
  { call, app }: Asked,
  belief: Belief,
  possible: Possible,
  view: View,
  court: Court,
): readonly Outcome[] {
  const operation = call.call as TaskOperation;
  const { subject } = belief;
  const { state } = possible.core;
  const { codes, passes } = before(operation, { ...knownOf(call, app, subject, court), unknownTask: state === 'gone' });
  const refused: Outcome[] = [...codes].map((answer) => ({ answer, possible }));
  // The object of a removed task answers by itself, before anybody else is asked.
  if (operation === 'start' && (state === 'gone' || state === 'removed')) {
    refused.push({ answer: errorCodes.TASK_STATE, possible });
  }
  if (!passes) return refused;
  const asked = eventsOf(operation, possible, subject, view).flatMap((event) => {
    const applied = apply(possible.core, subject.traits, { to: 'task', event });
    const starts = event.type === 'start' || event.type === 'resume';
    return starts && applied.refusal === null ? seated(applied, subject.traits) : [applied];
  });
  return [
    ...refused,
    ...asked.map(({ core, told, refusal }) =>
      refusal === null
        ? { answer: null, possible: belief.after(possible, core, told, view) }
        : { answer: refusal, possible },
    ),
  ];
}

/** Does what a call resolved to agree with the task as it may be? */
export function isShown({ answer }: Asked, { counts, subject }: Belief, { core }: Possible): boolean {
  const info = answer === null || answer.code !== null ? null : infoOf(answer.result);
  return info === null || shows(info, core, counts, subject.sdk);
}

/** What a call must resolve to, when it did not; a log may leave it out. @source harmony-request.md Q22 */
export function oddResult({ call, answer }: Asked, rules: Rules): readonly string[] | null {
  if (answer === null || answer.code !== null || answer.result === undefined) return null;
  const { result } = answer;
  if (call.call === 'remove') {
    const isFalse = rule(rules, 'removeResolvesFalse');
    return isFalse && result === false ? null : [String(isFalse ? false : undefined)];
  }
  if (!['start', 'pause', 'resume', 'stop', 'setMaxSpeed'].includes(call.call)) return null;
  const isTrue = rule(rules, 'resolveTrue');
  return isTrue && result === true ? null : [String(isTrue ? true : undefined)];
}

/** How a call that no task of the log answers may be answered. */
export function answersOfNoTask({ call, app }: Asked, court: Court): readonly Answer[] {
  const { codes, passes } = before(call.call, knownOf(call, app, null, court));
  return [...codes, ...(passes ? [null] : [])];
}

function knownOf(call: EntryOf<'call'>, app: string, owner: Subject | null, court: Court): Known {
  const operation = call.call;
  const { log, surroundings } = court;
  const reaches = owner === null || owner.app === app ? true : reachesOthers(operation, app, log);
  return {
    parametersWrong: parametersWrong(call),
    serviceDown: serviceDown(operation, surroundings),
    unknownTask: owner === null && log.tasks === undefined ? null : owner === null,
    accountAway: surroundings.accountOf(owner?.app ?? app) !== 'active',
    notOwner: reaches === null ? null : !reaches,
    wrongToken: wrongToken(call, owner),
    unknownGroup: null,
    ...permissionFacts(operation, app, log, owner?.traits.action ?? null),
  };
}

function wrongToken({ call, token }: EntryOf<'call'>, owner: Subject | null): boolean | null {
  if (owner === null) return null;
  if (call === 'show') return owner.token !== null;
  // A log may leave out what is secret.
  if (token === undefined) return call === 'getTask' && owner.token === null ? false : null;
  return token !== owner.token;
}

/** Are the arguments wrong, as far as the log has them? */
function parametersWrong({ call, token, speed, event, tid }: EntryOf<'call'>): boolean | null {
  if (call === 'setMaxSpeed') return speed !== undefined && speed < speedMin ? true : null;
  if (call === 'touch' || call === 'getTask') {
    return token === undefined ? null : token.length < tokenLengths.min || token.length > tokenLengths.max;
  }
  if (call === 'on' || call === 'off') {
    return event !== undefined && !agentEvents.some((known) => known === event) ? true : null;
  }
  return tid === undefined ? null : false;
}

function eventsOf(operation: TaskOperation, { core }: Possible, { traits }: Subject, view: View): readonly TaskEvent[] {
  if (operation !== 'start' && operation !== 'resume') return [{ type: operation }];
  // A download that never ran has nothing; of all others nobody can tell whether everything is done already.
  const wholes = traits.action === 'download' && core.state === 'initialized' ? [false] : [false, true];
  return view.arounds.flatMap((around) => wholes.map((whole) => ({ type: operation, around, whole })));
}

export function answerText(answer: Answer): string {
  return answer === null ? 'accepted' : `refused with ${answer}`;
}

/** Every call of a log, with the entry that has its answer. */
export function pairsOf({ entries }: Log) {
  const answers = new Map(entries.flatMap((each) => (each.kind === 'answer' ? [[each.to, each] as const] : [])));
  return entries.flatMap((call) =>
    call.kind === 'call' ? [{ call, answer: call.id === undefined ? call : answers.get(call.id) }] : [],
  );
}

export function askedOf(call: EntryOf<'call'>, answer: EntryOf<'call' | 'answer'> | undefined): Asked {
  if (answer === undefined) return { call, app: appOf(call), answer: null };
  const { tid, code = null, result } = answer;
  return { call, app: appOf(call), answer: { tid, code, result } };
}

export function appOf({ app }: Entry): string {
  return app ?? standardApp;
}
