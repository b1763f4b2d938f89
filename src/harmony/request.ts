/**
 * `@ohos.request`, bound to the device of this process: the same names, values and types.
 * @source signatures of the published module, up to API 22
 */
import type * as constants from '../api/constants.ts';
import type { Request as BoundRequest } from '../api/task-engine.ts';
import type * as types from '../api/types.ts';
import { theDevice } from './device.ts';

/** The module as its default export: members of the app that runs on the device now. */
const request: BoundRequest = new Proxy({} as BoundRequest, {
  get: (_, name) => Reflect.get(theDevice().app.request, name),
  has: (_, name) => Reflect.has(theDevice().app.request, name),
  ownKeys: () => Reflect.ownKeys(theDevice().app.request),
  getOwnPropertyDescriptor: (_, name) => {
    const found = Reflect.getOwnPropertyDescriptor(theDevice().app.request, name);
    return found === undefined ? undefined : { ...found, configurable: true };
  },
});

declare namespace request {
  type DownloadConfig = types.DownloadConfig;
  type DownloadInfo = types.DownloadInfo;
  type DownloadTask = types.DownloadTask;
  type File = types.LegacyFile;
  type RequestData = types.RequestData;
  type TaskState = types.TaskState;
  type UploadConfig = types.UploadConfig;
  type UploadTask = types.UploadTask;

  namespace agent {
    type Action = constants.Action;
    type Mode = constants.Mode;
    type Network = constants.Network;
    type BroadcastEvent = constants.BroadcastEvent;
    type State = constants.State;
    type Faults = constants.Faults;
    type WaitingReason = constants.WaitingReason;
    type FileSpec = types.FileSpec;
    type FormItem = types.FormItem;
    type Notification = types.Notification;
    type MinSpeed = types.MinSpeed;
    type Timeout = types.Timeout;
    type Config = types.Config;
    type Progress = types.Progress;
    type Filter = types.Filter;
    type TaskInfo = types.TaskInfo;
    type HttpResponse = types.HttpResponse;
    type GroupConfig = types.GroupConfig;
    type Task = types.Task;
  }
}

export default request;
export { request };
