/**
 * `@system.request`: uploads and downloads of the third generation of the API, told by callbacks.
 * @source signatures of the published module, API 3; cache-download.md, part B
 */
import type { DownloadConfig, UploadConfig } from '../api/types.ts';
import { theDevice } from './device.ts';
import { theDownloads } from './system-request/downloads.ts';
import { callbackNames, optionsOf } from './system-request/options.ts';
import type {
  DownloadRequestOptions,
  OnDownloadCompleteOptions,
  UploadRequestOptions,
} from './system-request/types.ts';
import { hasCallback, Upload, uploadPlan } from './system-request/upload.ts';

export type {
  DownloadRequestOptions,
  DownloadResponse,
  OnDownloadCompleteOptions,
  OnDownloadCompleteResponse,
  RequestData,
  RequestFile,
  UploadRequestOptions,
  UploadResponse,
} from './system-request/types.ts';

/** Without callbacks, `upload` and `download` are those of `@ohos.request`, and return their promises. */
// biome-ignore lint/complexity/noStaticOnlyClass: published like this
export default class Request {
  /** Sends each file in a request of its own. @throws 13499999 */
  static upload(options: UploadRequestOptions): void {
    const given = optionsOf(options);
    const device = theDevice();
    if (!hasCallback(given)) return newer(device.app.request.upload(options as unknown as UploadConfig));
    const plan = uploadPlan(given, device.engine.rules);
    void new Upload(device, plan, given).run();
  }

  /** Downloads into the cache directory; `success` gets the token at once. @throws 13499999 */
  static download(options: DownloadRequestOptions): void {
    const given = optionsOf(options);
    if (callbackNames.some((name) => name in given)) return theDownloads().start(given);
    return newer(theDevice().app.request.download(options as unknown as DownloadConfig));
  }

  /** Hears of the end of a download; one that is unknown, or has ended, fails at once with 401. @throws 13499999 */
  static onDownloadComplete(options: OnDownloadCompleteOptions): void {
    theDownloads().listen(optionsOf(options));
  }
}

/** The promise that this generation's types do not know of. */
function newer(task: Promise<unknown>): void {
  return task as unknown as undefined;
}
