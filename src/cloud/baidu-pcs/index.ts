import { unreachable } from '../../errors.ts';
import { type CloudResponse, Refusal, type ServiceDefinition } from '../service.ts';
import { failureAnswer, isFolder } from './answers.ts';
import { openSession } from './auth.ts';
import { emptyBin, listBin, remove, restore } from './bin.ts';
import { tellChanges } from './changes.ts';
import { conditions } from './conditions.ts';
import { download } from './downloads.ts';
import { listFolder, search, tellMeta } from './lists.ts';
import { copy, move } from './moves.ts';
import { isVerbOf, type OperationName, operationOf, operations } from './operations.ts';
import { checkPath, isBelow, rootOf } from './paths.ts';
import { setQuota, tellQuota } from './quotas.ts';
import { refuse } from './refuse.ts';
import { type Settings, settingsSchema } from './settings.ts';
import { sign } from './sign.ts';
import { driveOf, initialState, type Session, type State } from './state.ts';
import { thumbnail } from './thumbnails.ts';
import { entryAt, makeRoomAt, makeRoot, putFile } from './tree.ts';
import { createSuperfile, makeFolder, rapidUpload, upload, uploadSlice } from './uploads.ts';

const handlers: Readonly<Record<OperationName, (session: Session) => CloudResponse>> = {
  quota: tellQuota,
  setQuota,
  upload,
  slice: uploadSlice,
  createsuperfile: createSuperfile,
  rapidupload: rapidUpload,
  download,
  stream: download,
  data: download,
  meta: tellMeta,
  list: listFolder,
  search,
  diff: tellChanges,
  mkdir: makeFolder,
  move,
  copy,
  delete: remove,
  emptyRecycle: emptyBin,
  listrecycle: listBin,
  restore,
  thumbnail,
};

/** Baidu's personal storage: one address, `method` names the operation. @source cloud-services.md 5 */
export const baiduPcs: ServiceDefinition<State, Settings> = {
  name: 'baidu-pcs',
  operations: {
    ...Object.fromEntries(operations.map(({ name, line }) => [name, line])),
    data: 'gives the bytes that a redirected download asks for',
  },
  settings: settingsSchema,
  conditions,
  initial: () => initialState,
  operationOf,

  answer(state, call) {
    const operation = operationOf(call.request);
    if (operation === null) throw refuse(3);
    if (!isVerbOf(call.request.method, operation)) throw refuse(31208);
    const session = openSession(state, call);
    const { body } = call.request;
    if (body.type === 'unreadable') throw refuse(body.why === 'tooLarge' ? 31023 : 31208);
    return handlers[operation](session);
  },

  failure: failureAnswer,

  place(state, { path: text, blob }, settings, nowMs) {
    const [user] = settings.users;
    const root = settings.apps.map(rootOf).find((folder) => isBelow(text, folder));
    if (user === undefined) return 'the settings have no user';
    if (root === undefined) return `is not below ${settings.apps.map(rootOf).join(' or ')}`;
    try {
      const path = checkPath(text, root, settings.limits);
      const options = { ...settings.options, strictParents: false };
      const drive = driveOf(state, user.name);
      const place = { state, drive, root, settings: { ...settings, options }, nowMs };
      makeRoot(place);
      const there = entryAt(drive, path);
      if (there !== undefined && isFolder(there)) return 'is a folder';
      if (there === undefined) makeRoomAt(place, path);
      putFile(place, path, { blob, blocks: [blob.md5] });
      return null;
    } catch (thrown) {
      if (thrown instanceof Refusal) return thrown.row.message ?? unreachable('a row without a message');
      throw thrown;
    }
  },

  hints({ apps, tokens }, base) {
    const [{ folder } = { folder: 'longshore' }] = apps;
    const [{ token } = { token: '' }] = tokens;
    const address = (query: string) => `'${sign(`${base}/rest/2.0/pcs/${query}`, { accessToken: token })}'`;
    const path = encodeURIComponent(`/apps/${folder}/hello.txt`);
    return [
      'clients: replace https://pcs.baidu.com, https://c.pcs.baidu.com and https://d.pcs.baidu.com by',
      `  ${base}`,
      `curl -F file=@hello.txt ${address(`file?method=upload&path=${path}&ondup=overwrite`)}`,
      `curl ${address(`file?method=list&path=${encodeURIComponent(`/apps/${folder}`)}`)}`,
      `curl -r 0-99 ${address(`file?method=download&path=${path}`)}`,
      `curl -X POST ${address(`file?method=delete&path=${path}`)}`,
    ];
  },
};
