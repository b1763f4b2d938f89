import { rule } from '../../machines/rules.ts';
import type { FormField, Mode, Rules, TaskSpec } from '../../machines/vocabulary.ts';
import { networkWord } from './constants.ts';
import { checkTarget, checkUploads, type DiskCall, type FileDraft } from './disk.ts';
import {
  Fields,
  fieldsOf,
  isObject,
  itemsMax,
  itemsOf,
  listOf,
  parameterError,
  required,
  trimSpaces,
  typed,
  whole,
} from './fields.ts';
import { targetInput } from './paths.ts';
import {
  type Caller,
  type Checked,
  checkLength,
  checkRange,
  checkToken,
  checkUrl,
  timeoutDefaults,
  totalSecondsMax,
} from './validate.ts';

const titleBytesMax = 256;
const descriptionBytesMax = 1024;
const proxyBytesMax = 512;
const noticeTitleBytesMax = 1024;
const noticeTextBytesMax = 3072;
const filesMax = 100;
const quietTotalMs = 600_000;

/**
 * A `Config`, checked in the published order: the first thing wrong is what the caller hears of.
 * The disk is looked at and left alone; the engine claims a download's target.
 * @throws PARAMETER, FILE_IO
 * @source harmony-request.md 1.5, 1.6
 */
export function checkAgentConfig(config: unknown, caller: Caller): Checked {
  const { rules, place, files: disk } = caller;
  const fields = fieldsOf(config, 'config', rules, 'an object');
  const action = actionOf(fields);
  const url = checkUrl(fields, caller);
  const isDownload = action === 'download';
  const data = isDownload ? null : formOf(fields, caller);
  const body = isDownload ? bodyOf(fields, rules) : '';
  const range = checkRange(fields, data === null ? null : data.drafts.length);
  const proxy = proxyOf(fields);
  const title = checkLength(fields.text('title') || action, 'config.title', titleBytesMax);
  const givenToken = fields.text('token');
  const token = givenToken === undefined ? null : checkToken(givenToken);
  const description = checkLength(fields.text('description') ?? '', 'config.description', descriptionBytesMax);
  const saveas = isDownload ? targetInput(fields.text('saveas'), 'config.saveas', url, rules, 'agent') : '';
  const gauge = fields.flag('gauge', false);
  const notification = checkNotification(fields.get('notification'), caller, gauge);
  const minSpeed = minSpeedOf(fields, rules);
  const timeout = timeoutOf(fields, rules, notification.disable === true);

  const mode = modeOf(fields, rules);
  const overwrite = fields.flag('overwrite', false);
  const method = methodOf(fields, action);
  const headers = fields.map('headers');
  const network = networkWord(fields.int('network')) ?? 'any';
  const metered = fields.flag('metered', false);
  const roaming = fields.flag('roaming', true);
  const retry = fields.flag('retry', true);
  const redirect = fields.flag('redirect', true);
  const precise = fields.flag('precise', false);
  // A device keeps it unsigned, so a negative one becomes the least urgent of all.
  const priority = (fields.int('priority') ?? 0) >>> 0;
  const extras = fields.map('extras');
  const multipart = fields.flag('multipart', false);

  const call: DiskCall = { rules, place, files: disk, api: 'agent', mode };
  const target = isDownload ? checkTarget(call, 'config.saveas', saveas, overwrite) : '';
  const { files, sizes } = data === null ? aDownload : checkUploads(call, 'config.data', data.drafts, range);

  // Without a spread: it costs as much as all checks, and leaves objects twice the size.
  const spec: TaskSpec = {
    api: 'agent',
    action,
    mode,
    url,
    method,
    title,
    description,
    headers,
    body,
    form: data === null ? noForm : data.form,
    files,
    target,
    overwrite,
    network,
    metered,
    roaming,
    retry,
    redirect,
    proxy,
    index: range.index,
    begins: range.begins,
    ends: range.ends,
    gauge,
    precise,
    token,
    priority,
    extras,
    multipart,
    notification,
    minSpeed,
    timeout,
  };
  return { spec, sizes, rejection: null };
}

/** @throws PARAMETER @source harmony-request.md 1.5, 9.1 */
export function checkNotification(
  value: unknown,
  { rules, system, isWantAgent }: Caller,
  gauge: boolean,
): TaskSpec['notification'] {
  const where = 'config.notification';
  const none = gauge ? gaugeNotification : plainNotification;
  if (value === undefined) return none;
  const fields = fieldsOf(value, where, rules, 'a Notification');
  const title = fields.text('title');
  const text = fields.text('text');
  if (title !== undefined) checkLength(title, `${where}.title`, noticeTitleBytesMax);
  if (text !== undefined) checkLength(text, `${where}.text`, noticeTextBytesMax);
  const { visibility = none.visibility } = { visibility: fields.get('visibility') };
  if (visibility !== 1 && visibility !== 2 && visibility !== 3) {
    throw parameterError('verification', `${where}.visibility is unknown`, visibility, '1, 2 or 3');
  }
  const wantAgent = fields.get('wantAgent');
  if (wantAgent !== undefined && !(isObject(wantAgent) && isWantAgent(wantAgent))) {
    const hint = `${where}.wantAgent is no WantAgent of the app`;
    throw parameterError('verification', hint, wantAgent, 'a WantAgent that opens the app itself');
  }
  const disable = fields.flag('disable', false) && system;
  return {
    visibility,
    ...(title === undefined ? {} : { title }),
    ...(text === undefined ? {} : { text }),
    ...(disable ? { disable } : {}),
  };
}

interface UploadData {
  readonly form: readonly FormField[];
  readonly drafts: readonly FileDraft[];
}

// What most tasks have, shared by all of them: a million that wait cost one.
const noForm: readonly FormField[] = [];
const aDownload = { files: [], sizes: [-1] } as const;
const plainNotification = { visibility: 1 } as const;
const gaugeNotification = { visibility: 3 } as const;
const noMinSpeed = { bytesPerSecond: 0, seconds: 0 } as const;
const quietTimeout = { connectionMs: timeoutDefaults.connectionMs, totalMs: quietTotalMs } as const;

function actionOf(fields: Fields): TaskSpec['action'] {
  const legal = 'Action.DOWNLOAD (0) or Action.UPLOAD (1)';
  const action = required(fields.get('action'), 'number', 'config.action', legal);
  if (action === 0) return 'download';
  if (action === 1) return 'upload';
  throw parameterError('verification', 'config.action is unknown', action, legal);
}

function bodyOf(fields: Fields, rules: Rules): string {
  const data = fields.get('data');
  const isMissing = data === undefined && !(rule(rules, 'readUndefined') && fields.has('data'));
  return isMissing ? '' : typed(data, 'string', 'config.data', 'a string for a download');
}

function formOf(fields: Fields, { rules, sdk }: Caller): UploadData {
  const data = fields.get('data');
  const items = listOf(data, 'config.data', 'FormItem[] for an upload');
  const form: FormField[] = [];
  const drafts: FileDraft[] = [];
  const max = sdk >= 15 ? filesMax : itemsMax;
  for (const [at, item] of items.entries()) {
    const where = `config.data[${at}]`;
    const { name, value } = formItem(item, where, rules);
    if (typeof value === 'string') form.push({ name, value });
    else for (const spec of itemsOf(value, where) ?? [value]) drafts.push(draftOf(spec, name, where, rules));
    if (drafts.length > max) {
      throw parameterError('verification', 'config.data has too many files', drafts.length, `at most ${max}`);
    }
  }
  if (drafts.length === 0) throw parameterError('missing', 'config.data: files are empty', data, 'at least one file');
  return { form, drafts };
}

function formItem(item: unknown, where: string, rules: Rules): { name: string; value: unknown } {
  const legal = 'form items { name: string, value: string, FileSpec or FileSpec[] }';
  if (!isObject(item)) throw parameterError('missing', `${where} is no form item`, item, legal);
  const fields = new Fields(item, where, rules);
  const name = fields.get('name');
  if (typeof name !== 'string') throw parameterError('missing', `${where}.name of the form items`, name, legal);
  const value = fields.get('value');
  if (typeof value === 'string' || isObject(value)) return { name, value };
  throw parameterError('missing', `${where}.value of the form items`, value, legal);
}

function draftOf(spec: unknown, name: string, where: string, rules: Rules): FileDraft {
  const legal = 'form items whose files have a path';
  if (!isObject(spec)) throw parameterError('missing', `${where}.value holds no FileSpec`, spec, legal);
  const fields = new Fields(spec, `${where}.value`, rules);
  const path = trimSpaces(fields.text('path') ?? '');
  if (path === '') throw parameterError('missing', `${where}.value.path is missing`, path, legal);
  return { name, path, filename: fields.text('filename') ?? '', contentType: fields.text('contentType') ?? '' };
}

function proxyOf(fields: Fields): string {
  const proxy = checkLength(fields.text('proxy') ?? '', 'config.proxy', proxyBytesMax);
  if (proxy === '' || /^http:\/\/[^\s/?#]+:\d{1,5}$/.test(proxy)) return proxy;
  throw parameterError('verification', 'config.proxy has a wrong format', proxy, 'proxy format http://<host>:<port>');
}

function minSpeedOf(fields: Fields, rules: Rules): TaskSpec['minSpeed'] {
  const value = fields.get('minSpeed');
  if (value === undefined) return noMinSpeed;
  const where = 'config.minSpeed';
  const members = fieldsOf(value, where, rules, '{ speed, duration }');
  const bytesPerSecond = atLeast(0, members.get('speed'), `${where}.speed`);
  const seconds = atLeast(0, members.get('duration'), `${where}.duration`);
  return bytesPerSecond > 0 && seconds > 0 ? { bytesPerSecond, seconds } : noMinSpeed;
}

function timeoutOf(fields: Fields, rules: Rules, quiet: boolean): TaskSpec['timeout'] {
  const defaults = quiet ? quietTimeout : timeoutDefaults;
  const value = fields.get('timeout');
  if (value === undefined) return defaults;
  const members = fieldsOf(value, 'config.timeout', rules, '{ connectionTimeout?, totalTimeout? }');
  const connection = members.get('connectionTimeout');
  const total = members.get('totalTimeout');
  return {
    connectionMs: connection === undefined ? defaults.connectionMs : connectionSeconds(connection, rules) * 1000,
    totalMs: total === undefined ? defaults.totalMs : totalSeconds(total) * 1000,
  };
}

/** A negative number may be a huge one. No connection outlasts the longest task, so that is huge enough. */
function connectionSeconds(value: unknown, rules: Rules): number {
  if (typeof value === 'number' && value <= -1 && rule(rules, 'wrapNegativeTimeout')) return totalSecondsMax;
  return Math.min(atLeast(1, value, 'config.timeout.connectionTimeout'), totalSecondsMax);
}

function totalSeconds(value: unknown): number {
  const where = 'config.timeout.totalTimeout';
  const seconds = atLeast(1, value, where);
  if (seconds <= totalSecondsMax) return seconds;
  throw parameterError('verification', `${where} is out of range`, value, `1 to ${totalSecondsMax} s`);
}

/** A whole number. @throws PARAMETER */
function atLeast(min: number, value: unknown, where: string): number {
  const number = typed(value, 'number', where, `${min} or more`);
  const int = number < 0 ? undefined : whole(number);
  if (int !== undefined && int >= min) return int;
  throw parameterError('verification', `${where} is out of range`, value, `${min} or more`);
}

function modeOf(fields: Fields, rules: Rules): Mode {
  const number = (fields.int('mode') ?? 0) >>> 0;
  if (number === 1) return 'foreground';
  return number >= 2 && rule(rules, 'keepOddMode') ? 'any' : 'background';
}

function methodOf(fields: Fields, action: TaskSpec['action']): TaskSpec['method'] {
  const method = fields.text('method')?.toUpperCase();
  if (method === 'POST') return 'POST';
  return action === 'download' ? 'GET' : 'PUT';
}
