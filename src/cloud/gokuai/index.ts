import type { Draft } from 'immer';
import type { Call, CloudResponse, ServiceDefinition } from '../service.ts';
import { copy, copySeveral, createFolder, move } from './changing.ts';
import { conditions } from './conditions.ts';
import { listRecycled, recover, remove, removeCompletely } from './deleting.ts';
import { giveToken, listLibraries, tellLibrary } from './enterprise.ts';
import { failure, refuse } from './failure.ts';
import { hints } from './hints.ts';
import { visitOf } from './identity.ts';
import { closeLink, createLink, listLinks, openLink } from './links.ts';
import { isOperation, type OperationName, operationOf, operations } from './operations.ts';
import { download, preview } from './pages.ts';
import { parametersOf } from './parameters.ts';
import { placeFile } from './placing.ts';
import { countUpdates, history, info, list, search, stat, updates } from './reading.ts';
import { giveDownload, givePreview } from './serving.ts';
import { type GokuaiSettings, settingsSchema } from './settings.ts';
import { uploadAbort, uploadAll, uploadFinish, uploadInit, uploadPart, uploadReq } from './slices.ts';
import { type GokuaiState, initialState } from './state.ts';
import { createFile, listServers, listUploadServers, uploadForm } from './uploading.ts';
import type { Visit } from './visit.ts';

type Handler = (state: Draft<GokuaiState>, call: Call<GokuaiSettings>) => CloudResponse;

const handlers: Readonly<Record<OperationName, Handler>> = {
  ls: visited(list),
  info: visited(info),
  create_folder: visited(createFolder),
  create_file: visited(createFile),
  upload_servers: visited(listUploadServers),
  download_url: visited(giveDownload),
  copy: visited(copy),
  mcopy: visited(copySeveral),
  move: visited(move),
  del: visited(remove),
  recycle: visited(listRecycled),
  recover: visited(recover),
  del_completely: visited(removeCompletely),
  history: visited(history),
  search: visited(search),
  link: visited(createLink),
  link_close: visited(closeLink),
  links: visited(listLinks),
  updates: visited(updates),
  updates_count: visited(countUpdates),
  preview_url: visited(givePreview),
  stat: visited(stat),
  servers: visited(listServers),
  org_ls: (_, call) => listLibraries(call),
  org_info: (_, call) => tellLibrary(call),
  token: giveToken,
  web_upload: uploadForm,
  upload_init: uploadInit,
  upload_req: uploadReq,
  upload_part: uploadPart,
  upload_finish: uploadFinish,
  upload_abort: uploadAbort,
  upload_all: uploadAll,
  download,
  preview,
  open_link: openLink,
};

/** An enterprise with its libraries: the API host, its upload servers and its storage servers. @source cloud-services.md 3 */
export const gokuai: ServiceDefinition<GokuaiState, GokuaiSettings> = {
  name: 'gokuai',
  operations: Object.fromEntries(Object.entries(operations).map(([name, { does }]) => [name, does])),
  settings: settingsSchema,
  conditions,
  initial: initialState,
  operationOf,
  answer(state, call) {
    const { operation } = call;
    if (operation === null || !isOperation(operation)) throw refuse(40001);
    checkMethod(operation, call.request.method);
    checkService(operation, call);
    checkBody(operation, call);
    return handlers[operation](state, call);
  },
  failure,
  place: placeFile,
  hints,
};

function visited(handle: (visit: Visit) => CloudResponse): Handler {
  return (state, call) => handle(visitOf(state, call, parametersOf(call.request)));
}

/** @throws 40002, 405 */
function checkMethod(operation: OperationName, method: string): void {
  const { door } = operations[operation];
  const methods: readonly string[] = operations[operation].methods;
  if (methods.includes(method)) return;
  const isServer = door === 'upload' || door === 'page';
  throw refuse(isServer ? 405 : 40002, { headers: [['allow', methods.join(', ')]] });
}

/** @throws 502 */
function checkService(operation: OperationName, { settings, nowMs }: Call<GokuaiSettings>): void {
  const { door } = operations[operation];
  const { fromMs, untilMs } = settings.options.maintenance;
  const isApi = door === 'file' || door === 'enterprise' || door === 'token';
  if (isApi && fromMs <= nowMs && nowMs < untilMs) throw refuse(502);
}

/** @throws 400041, 400 */
function checkBody(operation: OperationName, { request: { body } }: Call<GokuaiSettings>): void {
  if (body.type !== 'unreadable') return;
  throw refuse(operation === 'web_upload' && body.why === 'stalled' ? 400041 : 400);
}
