/*
 * The published shapes of `@system.request`. @source cache-download.md B.1; neighbours.md 13
 */

export interface UploadResponse {
  code: number;
  data: string;
  // biome-ignore lint/complexity/noBannedTypes: published like this
  headers: Object;
}

export interface DownloadResponse {
  token: string;
}

export interface OnDownloadCompleteResponse {
  /** `internal://cache/…` */
  uri: string;
}

export interface RequestFile {
  filename?: string;
  name?: string;
  /** `internal://cache/…` */
  uri: string;
  type?: string;
}

export interface RequestData {
  name: string;
  value: string;
}

interface Callbacks<Response> {
  success?: (data: Response) => void;
  // biome-ignore lint/suspicious/noExplicitAny: published like this
  fail?: (data: any, code: number) => void;
  complete?: () => void;
}

export interface UploadRequestOptions extends Callbacks<UploadResponse> {
  url: string;
  data?: Array<RequestData>;
  files: Array<RequestFile>;
  // biome-ignore lint/complexity/noBannedTypes: published like this
  header?: Object;
  /** `POST` unless told, or `PUT`. */
  method?: string;
}

export interface DownloadRequestOptions extends Callbacks<DownloadResponse> {
  url: string;
  /** Unless told: the end of the URL. */
  filename?: string;
  // biome-ignore lint/complexity/noBannedTypes: published like this
  header?: Object;
  description?: string;
}

export interface OnDownloadCompleteOptions extends Callbacks<OnDownloadCompleteResponse> {
  token: string;
}
