import { rule } from '../../machines/rules.ts';
import { type Rules, reasons, type TaskSpec } from '../../machines/vocabulary.ts';
import { type ProgressNote, progressNote } from '../engine/notices.ts';
import type { StoredTask, TaskLife } from '../ports/store.ts';
import { actionNumbers, faultNumber, modeNumbers, networkNumbers, reasonText, stateNumbers } from './constants.ts';
import { type AppPlace, shownPath } from './paths.ts';
import type { Config, FormItem, Progress, TaskInfo } from './types.ts';

/** Who reads. */
export interface InfoOf {
  readonly rules: Rules;
  readonly place: AppPlace;
  /** Target SDK level of the app that reads. */
  readonly sdk: number;
}

/**
 * What `show` and `touch` answer; `query` (`forSystem`) hides the url and the data, and tells the owner.
 * `faults` is null without a fault, though the declarations promise a number. @source harmony-request.md 1.4
 */
export function taskInfo({ record, life }: StoredTask, { rules, place, sdk }: InfoOf, forSystem = false): TaskInfo {
  const { spec } = record;
  const fault = reasons[life.reason].fault;
  return {
    ...(forSystem ? { uid: String(record.uid), bundle: record.bundle } : {}),
    saveas: shownPath(spec.target, place),
    url: forSystem ? '' : spec.url,
    data: forSystem ? '' : dataOf(spec, place),
    tid: record.tid,
    title: spec.title,
    description: spec.description,
    action: actionNumbers[spec.action],
    mode: modeNumbers[spec.mode] as TaskInfo['mode'],
    priority: spec.priority,
    mimeType: mimeTypeOf(record.spec, life, rules),
    progress: progress(progressNote(life.state, life, null)),
    gauge: spec.gauge,
    ctime: record.ctimeMs,
    mtime: life.mtimeMs,
    retry: spec.retry,
    tries: life.tries,
    faults: (fault === null ? null : faultNumber(fault, sdk)) as TaskInfo['faults'],
    reason: reasonText(life.reason, 'client'),
    extras: { ...life.headers },
  };
}

/** The payload of an event, and the `progress` of a `TaskInfo`. */
export function progress({ state, index, processed, sizes, headers, body }: ProgressNote): Progress {
  return {
    state: stateNumbers[state],
    index,
    processed,
    sizes: [...sizes],
    extras: extrasOf(headers, body === null ? '' : textOr(body)),
  };
}

/** Whatever joins what a spread has made is slow to do so. But only a spread takes along a header named `__proto__`. */
function extrasOf(headers: ProgressNote['headers'], body: string | ArrayBuffer): object {
  return Object.hasOwn(headers, '__proto__') ? { ...headers, body } : Object.assign({}, headers, { body });
}

/** The config of a task that another process created: from what is stored, with every default filled in. */
export function storedConfig({ record: { spec } }: StoredTask, place: AppPlace): Config {
  return {
    action: actionNumbers[spec.action],
    url: spec.url,
    title: spec.title,
    description: spec.description,
    mode: modeNumbers[spec.mode] as NonNullable<Config['mode']>,
    overwrite: spec.overwrite,
    method: spec.method,
    headers: { ...spec.headers },
    data: dataOf(spec, place),
    saveas: shownPath(spec.target, place),
    network: networkNumbers[spec.network],
    metered: spec.metered,
    roaming: spec.roaming,
    retry: spec.retry,
    redirect: spec.redirect,
    index: spec.index,
    begins: spec.begins,
    ends: spec.ends,
    gauge: spec.gauge,
    precise: spec.precise,
    ...(spec.token === null ? {} : { token: spec.token }),
    priority: spec.priority,
    extras: { ...spec.extras },
    multipart: spec.multipart,
    minSpeed: { speed: spec.minSpeed.bytesPerSecond, duration: spec.minSpeed.seconds },
  };
}

/** Form fields first, then files, each as an item of its own. */
function dataOf(spec: TaskSpec, place: AppPlace): string | FormItem[] {
  if (spec.action === 'download') return spec.body;
  return [
    ...spec.form.map(({ name, value }) => ({ name, value })),
    ...spec.files.map(({ name, path, filename, contentType }) => ({
      name,
      value: { path: shownPath(path, place), mimeType: contentType, filename },
    })),
  ];
}

/** A type that is forgotten is so when an agent task ends. @source harmony-request.md 1.4, mimeType */
function mimeTypeOf(spec: TaskSpec, life: TaskLife, rules: Rules): string {
  const ended = life.state === 'completed' || life.state === 'failed';
  if (ended && spec.api === 'agent' && rule(rules, 'forgetMimeType')) return '';
  if (spec.action === 'upload') return 'multipart/form-data';
  return life.mimeType || (spec.headers['Content-Type'] ?? '');
}

const strictText = new TextDecoder('utf-8', { fatal: true });

/** Text where the bytes are text, else the bytes. */
export function textOr(bytes: Uint8Array): string | ArrayBuffer {
  try {
    return strictText.decode(bytes);
  } catch {
    return bytes.slice().buffer;
  }
}
