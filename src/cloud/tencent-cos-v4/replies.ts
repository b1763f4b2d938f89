import type { Call, CloudResponse, Pairs, Refusal } from '../service.ts';
import { type Target, type Version, versionOf } from './paths.ts';
import type { Settings } from './settings.ts';
import { statusOf } from './statuses.ts';

export type Data = Readonly<Record<string, unknown>>;

const jsonType: Pairs[number] = ['content-type', 'application/json; charset=utf-8'];

export function success(call: Call<Settings>, { version }: Target, data: Data | null): CloudResponse {
  const asStrings = version === 'v1' || call.settings.options.numbersAsStrings;
  const told = data !== null && asStrings ? withNumbersAsStrings(data) : data;
  const body = { code: 0, message: 'SUCCESS', ...requestId(call, version), ...(told === null ? {} : { data: told }) };
  return { status: 200, headers: [jsonType], body: JSON.stringify(body) };
}

export function failure({ row, headers }: Refusal, call: Call<Settings>): CloudResponse {
  const status = statusOf(row, call.settings);
  if (row.httpStatus !== undefined) return { status, headers, body: '' };
  const { code, name, description } = row;
  if (call.settings.options.xmlForUnknownApp && (code === -80 || code === -82)) {
    const body = `<?xml version="1.0" encoding="utf-8"?>\n<Error><Code>${name}</Code><Message>${description}</Message></Error>`;
    return { status, headers: [['content-type', 'application/xml'], ...headers], body };
  }
  const onDownload = row.section === '下载状态码';
  const told = onDownload ? {} : requestId(call, versionOf(call.request.path));
  return {
    status,
    headers: [jsonType, ...(onDownload ? [['x-errno', String(code)] as const] : []), ...headers],
    body: JSON.stringify({ code, message: name ?? description, ...told }),
  };
}

/** Unknown to v1. */
function requestId({ nowMs, serial }: Call<Settings>, version: Version | null): Data {
  return version === 'v1' ? {} : { request_id: btoa(`${Math.floor(nowMs / 1000).toString(16)}_${serial}`) };
}

function withNumbersAsStrings(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(withNumbersAsStrings);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withNumbersAsStrings(each)]));
}

/** Where a file can be had. The download host stands first in the path: one server speaks for all hosts. */
export function addressesOf({ base, settings }: Pick<Call<Settings>, 'base' | 'settings'>, target: Target) {
  const { version, appid, bucket, path, id } = target;
  const host = `${base}/${encodeURIComponent(bucket.name)}-${appid}`;
  return {
    access_url: `${host}.file.myqcloud.com/${encodePath(path)}`,
    source_url: `${host}.cos${settings.region}.myqcloud.com/${encodePath(path)}`,
    url: `${base}/files/${version}${encodePath(id)}`,
    resource_path: id,
  };
}

export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
