import type { Draft } from 'immer';
import type { Call, CloudResponse, ServiceDefinition } from '../service.ts';
import { authorize } from './auth.ts';
import { conditions } from './conditions.ts';
import { download } from './download.ts';
import { bodyBytes, type Fields, fieldsOf } from './fields.ts';
import { hints } from './hints.ts';
import { type Entry, operationNamed, operations } from './operations.ts';
import { targetOf, type Version, versionOf } from './paths.ts';
import { place } from './placing.ts';
import { refuse } from './refuse.ts';
import { failure, success } from './replies.ts';
import { type Settings, settingsSchema } from './settings.ts';
import { emptyState, type State } from './state.ts';
import type { Work } from './work.ts';

/** The retired JSON API of Tencent COS, v3 and v4, with its download hosts. @source cloud-services.md 4 */
export const tencentCosV4: ServiceDefinition<State, Settings> = {
  name: 'tencent-cos-v4',
  operations: {
    ...Object.fromEntries(Object.entries(operations).map(([name, { does }]) => [name, does])),
    download: 'the bytes of a file, from a download host',
  },
  settings: settingsSchema,
  conditions,
  initial: () => emptyState,
  operationOf: (request, _, head) => {
    if (versionOf(request.path) === null) return 'download';
    const op = fieldsOf(request, head).values.get('op') ?? '';
    return operationNamed(op) === null ? null : op;
  },
  answer: (state, call) => {
    const version = versionOf(call.request.path);
    return version === null ? download(state, call) : answerApi(state, call, version);
  },
  // A sign that is good once is good for one call, whatever becomes of that.
  refused: (state, call) => {
    const version = versionOf(call.request.path);
    if (version !== null) admit(state, call, version);
  },
  failure,
  place,
  hints,
};

function answerApi(state: Draft<State>, call: Call<Settings>, version: Version): CloudResponse {
  const { target, fields, run } = admit(state, call, version);
  return success(call, target, run({ state, call, target, fields }));
}

/** All that is checked before the operation's own parameters; counts the call, and uses its sign up. @throws Refusal */
function admit(state: Draft<State>, call: Call<Settings>, version: Version): Omit<Work, 'state' | 'call'> & Entry {
  const { request, settings } = call;
  const fields = fieldsOf(request, call.head);
  if (bodyBytes(request) > settings.limits.bodyBytesMax) throw refuse(413);
  // What the front end itself cannot read is not looked into any further.
  if (fields.trouble === 400 || fields.trouble === 413) throw refuse(fields.trouble);
  const target = targetOf(request.path, version, settings);
  const entry = operationOf(request.method, version, fields);
  authorize(state, call, target, entry.sign);
  return { ...entry, target, fields };
}

/** @throws Refusal */
function operationOf(method: string, version: Version, { values, trouble }: Fields): Entry {
  if (method !== 'GET' && method !== 'POST') throw refuse(-5996);
  if (trouble !== null) throw refuse(trouble);
  const op = values.get('op') ?? '';
  if (op === '') throw refuse(-5980);
  const entry = operationNamed(op);
  if (entry === null) throw refuse(-5972);
  if (!entry.versions.includes(version)) throw refuse(-61, { name: 'ERROR_PROXY_INVALID_CMD_REQ' });
  if (entry.method !== method) throw refuse(-5996);
  return entry;
}
