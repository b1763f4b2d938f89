/**
 * `@ohos.request`, bound to the device of this process: the same names, values and types.
 * @source signatures of the published module, up to API 22
 */
import type * as constants from '../api/constants.ts';
import { isObject } from '../api/fields.ts';
import type { Request as BoundRequest } from '../api/task-engine.ts';
import type * as types from '../api/types.ts';
import { theDevice } from './device.ts';
import SystemRequest from './system-request.ts';

/** One function on a device serves API 6 and, for options with callbacks in them, `@system.request`. */
const bothGenerations = { download: eitherGeneration('download'), upload: eitherGeneration('upload') };

/** The module as its default export: members of the app that runs on the device now. */
const request: BoundRequest = new Proxy({} as BoundRequest, {
  get: (_, name) => Reflect.get(Object.hasOwn(bothGenerations, name) ? bothGenerations : theDevice().app.request, name),
  has: (_, name) => Reflect.has(theDevice().app.request, name),
  ownKeys: () => Reflect.ownKeys(theDevice().app.request),
  getOwnPropertyDescriptor: (_, name) => {
    const found = Reflect.getOwnPropertyDescriptor(theDevice().app.request, name);
    return found === undefined ? undefined : { ...found, configurable: true };
  },
});

/** The shapes by name: a namespace member that is called like what it stands for would refer to itself, once bundled. */
interface Shapes {
  DownloadConfig: types.DownloadConfig;
  DownloadInfo: types.DownloadInfo;
  DownloadTask: types.DownloadTask;
  File: types.LegacyFile;
  RequestData: types.RequestData;
  TaskState: types.TaskState;
  UploadConfig: types.UploadConfig;
  UploadTask: types.UploadTask;
  Action: constants.Action;
  Mode: constants.Mode;
  Network: constants.Network;
  BroadcastEvent: constants.BroadcastEvent;
  State: constants.State;
  Faults: constants.Faults;
  WaitingReason: constants.WaitingReason;
  FileSpec: types.FileSpec;
  FormItem: types.FormItem;
  Notification: types.Notification;
  MinSpeed: types.MinSpeed;
  Timeout: types.Timeout;
  Config: types.Config;
  Progress: types.Progress;
  Filter: types.Filter;
  TaskInfo: types.TaskInfo;
  HttpResponse: types.HttpResponse;
  GroupConfig: types.GroupConfig;
  Task: types.Task;
}

declare namespace request {
  type DownloadConfig = Shapes['DownloadConfig'];
  type DownloadInfo = Shapes['DownloadInfo'];
  type DownloadTask = Shapes['DownloadTask'];
  type File = Shapes['File'];
  type RequestData = Shapes['RequestData'];
  type TaskState = Shapes['TaskState'];
  type UploadConfig = Shapes['UploadConfig'];
  type UploadTask = Shapes['UploadTask'];

  namespace agent {
    type Action = Shapes['Action'];
    type Mode = Shapes['Mode'];
    type Network = Shapes['Network'];
    type BroadcastEvent = Shapes['BroadcastEvent'];
    type State = Shapes['State'];
    type Faults = Shapes['Faults'];
    type WaitingReason = Shapes['WaitingReason'];
    type FileSpec = Shapes['FileSpec'];
    type FormItem = Shapes['FormItem'];
    type Notification = Shapes['Notification'];
    type MinSpeed = Shapes['MinSpeed'];
    type Timeout = Shapes['Timeout'];
    type Config = Shapes['Config'];
    type Progress = Shapes['Progress'];
    type Filter = Shapes['Filter'];
    type TaskInfo = Shapes['TaskInfo'];
    type HttpResponse = Shapes['HttpResponse'];
    type GroupConfig = Shapes['GroupConfig'];
    type Task = Shapes['Task'];
  }
}

export default request;
export { request };

/** @source cache-download.md, part B */
function eitherGeneration(name: 'download' | 'upload') {
  return (...args: readonly unknown[]): unknown => {
    const [options] = args;
    return args.length === 1 && isObject(options)
      ? Reflect.apply(SystemRequest[name], SystemRequest, [options])
      : Reflect.apply(theDevice().app.request[name], undefined, args);
  };
}
