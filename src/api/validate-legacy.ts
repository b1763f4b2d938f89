import { rule } from '../../machines/rules.ts';
import type { Action, FormField, Network, TaskSpec } from '../../machines/vocabulary.ts';
import { BusinessError } from '../errors.ts';
import { legacyConstants } from './constants.ts';
import { checkTarget, checkUploads, type FileDraft } from './disk.ts';
import {
  Fields,
  fieldsOf,
  isObject,
  itemsOf,
  listOf,
  mustBeGiven,
  parameterError,
  shown,
  trimSpaces,
} from './fields.ts';
import { targetInput } from './paths.ts';
import { type Caller, type Checked, checkRange, checkUrl, timeoutDefaults } from './validate.ts';

/**
 * The config of `downloadFile` and `download`, or of `uploadFile` and `upload`. On a device the result can be of the other
 * kind: ask `spec.action`.
 * @throws PARAMETER, FILE_IO, FILE_PATH; an upload's `data` that is no array is a `rejection`: OTHER.
 * @source harmony-request.md 8.1, 8.2
 */
export function checkLegacyConfig(asked: Action, config: unknown, caller: Caller): Checked {
  const fields = fieldsOf(config, 'config', caller.rules, 'an object');
  return actionOf(asked, fields, caller) === 'upload' ? upload(fields, caller) : download(fields, caller);
}

/** By the function that was called, or by the members of its config. */
function actionOf(asked: Action, fields: Fields, { rules }: Caller): Action {
  if (!rule(rules, 'actionByMembers')) return asked;
  return ['method', 'files', 'data'].some((key) => fields.has(key)) ? 'upload' : 'download';
}

function download(fields: Fields, caller: Caller): Checked {
  const url = checkUrl(fields, caller);
  const where = 'config.filePath';
  const input = targetInput(fields.text('filePath'), where, url, caller.rules, 'legacy');
  const gauge = fields.flag('background', false);
  const given = {
    headers: fields.map('header'),
    metered: fields.flag('enableMetered', false),
    roaming: fields.flag('enableRoaming', false),
    description: fields.text('description') ?? '',
    network: networkOf(fields.get('networkType')),
    title: fields.text('title') || 'download',
    gauge,
    notification: { visibility: gauge ? 3 : 1 },
  } as const;
  const target = checkTarget({ ...caller, ...all }, where, input, false);
  const spec: TaskSpec = { ...defaults, ...given, action: 'download', method: 'GET', url, target };
  return { spec, sizes: [-1], rejection: null };
}

function upload(fields: Fields, caller: Caller): Checked {
  const url = checkUrl(fields, caller);
  const { form, rejection } = formOf(fields, caller);
  const drafts = draftsOf(fields, caller);
  const range = checkRange(fields, drafts.length);
  const given = {
    headers: fields.map('header'),
    method: fields.text('method')?.toUpperCase() === 'PUT' ? 'PUT' : 'POST',
  } as const;
  const { files, sizes } = checkUploads({ ...caller, ...all }, 'config.files', drafts, range);
  const spec: TaskSpec = { ...defaults, ...given, ...range, action: 'upload', title: 'upload', url, form, files };
  return { spec, sizes, rejection };
}

/** True of all legacy tasks. */
const all = { api: 'legacy', mode: 'background' } as const;

/** What a legacy config cannot say. */
const defaults = {
  ...all,
  description: '',
  body: '',
  form: [],
  files: [],
  target: '',
  overwrite: false,
  network: 'any',
  metered: false,
  roaming: false,
  retry: true,
  redirect: true,
  proxy: '',
  index: 0,
  begins: 0,
  ends: -1,
  gauge: false,
  precise: false,
  token: null,
  priority: 0,
  extras: {},
  multipart: false,
  notification: { visibility: 1 },
  minSpeed: { bytesPerSecond: 0, seconds: 0 },
  timeout: timeoutDefaults,
} as const satisfies Omit<TaskSpec, 'action' | 'method' | 'title' | 'url' | 'headers'>;

/** Items without a name or a value are dropped, like files. */
function formOf(fields: Fields, { rules }: Caller): { form: readonly FormField[]; rejection: BusinessError | null } {
  const data = fields.get('data');
  const legal = 'RequestData[]';
  mustBeGiven(data, 'config.data', legal);
  const items = itemsOf(data, 'config.data');
  if (items === undefined) {
    const detail = `config.data is no array: got ${shown(data)}; legal: ${legal}`;
    return { form: [], rejection: new BusinessError('OTHER', { detail }) };
  }
  const form = items.flatMap((item, at) => {
    if (!isObject(item)) return [];
    const members = new Fields(item, `config.data[${at}]`, rules);
    const name = members.text('name');
    const value = members.text('value');
    return name === undefined || value === undefined ? [] : [{ name, value }];
  });
  return { form, rejection: null };
}

function draftsOf(fields: Fields, { rules }: Caller): readonly FileDraft[] {
  const given = fields.get('files');
  const legal = 'File[] with filename, name, uri and type';
  mustBeGiven(given, 'config.files', legal);
  const drafts = listOf(given, 'config.files', legal).flatMap((item, at) => {
    if (!isObject(item)) return [];
    const members = new Fields(item, `config.files[${at}]`, rules);
    const [filename, name, uri, type] = ['filename', 'name', 'uri', 'type'].map((key) => members.text(key));
    if (filename === undefined || name === undefined || uri === undefined || type === undefined) return [];
    return [{ filename, name, path: trimSpaces(uri), contentType: type }];
  });
  if (drafts.length === 0) throw parameterError('missing', 'config.files: files are empty', given, legal);
  return drafts;
}

/** Both bits at once are neither. */
function networkOf(type: unknown): Network {
  if (type === legacyConstants.NETWORK_MOBILE) return 'cellular';
  return type === legacyConstants.NETWORK_WIFI ? 'wifi' : 'any';
}
