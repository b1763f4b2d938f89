import { pathHash, seconds } from './entry.ts';
import { refuse } from './failure.ts';
import { nameOf } from './names.ts';
import { count, type Parameters, required } from './parameters.ts';
import type { GokuaiSettings } from './settings.ts';
import { seal } from './sign.ts';
import type { Entry } from './state.ts';
import type { Visit } from './visit.ts';

/** What a signed address of a storage server says. */
export interface Address {
  readonly page: 'download' | 'preview';
  readonly name: string;
  readonly filehash: string;
  readonly changedSeconds: number;
  readonly expiresSeconds: number;
}

/** `filename` of a call renames the file for the browser; `open` shows it there. */
export function downloadAddress(visit: Visit, path: string, entry: Entry): string {
  return addressOf(visit, 'download', path, entry);
}

export function previewAddress(visit: Visit, path: string, entry: Entry): string {
  return addressOf(visit, 'preview', path, entry);
}

/** What was signed, whoever shows it. @throws 40003, 403 */
export function openAddress(page: Address['page'], parameters: Parameters, settings: GokuaiSettings): Address {
  const orgId = count(parameters, 'org');
  const library = settings.libraries.find((each) => each.orgId === orgId);
  const address: Address = {
    page,
    name: required(parameters, 'name'),
    filehash: required(parameters, 'filehash'),
    changedSeconds: count(parameters, 'changed'),
    expiresSeconds: count(parameters, 'expires'),
  };
  const isOurs = library && sealOf(address, library.clientSecret) === required(parameters, 'seal');
  if (!isOurs) throw refuse(403);
  return address;
}

/** The key of one short upload. @source cloud-services.md 3.3 */
export function uploadKey({ library, limits, nowMs }: Visit): string {
  const expires = seconds(nowMs + limits.keyAgeMsMax);
  return `${expires}-${seal(['upload', expires], library.clientSecret)}`;
}

/** @throws 403040, 40104 */
export function checkUploadKey(key: string, clientSecret: string, nowMs: number): void {
  const [expires = '', sealed] = key.split('-');
  if (seal(['upload', expires], clientSecret) !== sealed) throw refuse(40104);
  if (Number(expires) * 1000 <= nowMs) throw refuse(403040);
}

/** Addresses of the upload servers that are free. @throws 50301 */
export function uploadServers({ call: { base, settings } }: Visit): readonly string[] {
  const free = settings.options.uploadServers;
  if (free === 0) throw refuse(50301);
  return Array.from({ length: free }, (_, at) => (at === 0 ? base : `${base}/s${at + 1}`));
}

function addressOf(visit: Visit, page: Address['page'], path: string, entry: Entry): string {
  const { library, limits, nowMs, parameters, call } = visit;
  const ageMsMax = page === 'download' ? limits.downloadAgeMsMax : limits.previewAgeMsMax;
  const address: Address = {
    page,
    name: parameters.get('filename') || nameOf(path),
    filehash: entry.filehash,
    changedSeconds: seconds(entry.changedMs),
    expiresSeconds: seconds(nowMs + ageMsMax),
  };
  const query = new URLSearchParams({
    org: String(library.orgId),
    name: address.name,
    filehash: address.filehash,
    changed: String(address.changedSeconds),
    expires: String(address.expiresSeconds),
    seal: sealOf(address, library.clientSecret),
    ...(parameters.get('open') === '1' ? { open: '1' } : {}),
  });
  return `${call.base}/${page}/${pathHash(library, path)}?${query}`;
}

function sealOf({ page, name, filehash, changedSeconds, expiresSeconds }: Address, clientSecret: string): string {
  return seal([page, name, filehash, changedSeconds, expiresSeconds], clientSecret);
}
