import type { CloudRequest } from '../service.ts';
import { decodePath } from '../text.ts';
import type { BucketSettings, CiSettings } from './settings.ts';

/** What a request is about. */
export interface Address {
  /** `pic`: the older image host. `any`: a host that names no bucket. */
  readonly host: HostKind;
  readonly bucket: BucketSettings;
  /** Decoded, without the first slash; empty for the bucket itself. */
  readonly key: string;
}

export type HostKind = 'cos' | 'ci' | 'pic' | 'any';

export type AddressTrouble =
  | 'target'
  | 'url'
  | 'host'
  | 'bucketName'
  | 'appidForm'
  | 'appidUnknown'
  | 'domainUnbound'
  | 'bucketUnknown'
  | 'region';

/** Bucket and key that host and path name. @source cloud-services.md 2.1 */
export function addressOf({ host, path, search }: CloudRequest, settings: CiSettings): Address | AddressTrouble {
  const parsed = hostOf(host);
  if (parsed === null) return 'host';
  const bucket = bucketOf(parsed, settings);
  if (typeof bucket === 'string') return bucket;
  if (!path.startsWith('/')) return 'target';
  const key = decodePath(path.slice(1));
  if (key === null || decodePath(search) === null) return 'url';
  return { host: parsed.kind, bucket, key };
}

export function hostKindOf({ host }: CloudRequest): HostKind {
  return hostOf(host)?.kind ?? 'any';
}

interface Host {
  readonly kind: HostKind;
  /** With its APPID; null where the host names none. */
  readonly bucket: string | null;
  readonly region: string;
}

/** Null for a host of the cloud that is no bucket's. */
function hostOf(host: string): Host | null {
  if (host !== 'myqcloud.com' && !host.endsWith('.myqcloud.com')) return { kind: 'any', bucket: null, region: '' };
  const [, bucket, kind = '', region = ''] =
    /^([^.]+)\.(cos|ci)\.([a-z0-9-]+)\.myqcloud\.com$/.exec(host) ??
    /^([^.]+)\.(pic)([a-z0-9-]+)\.myqcloud\.com$/.exec(host) ??
    [];
  return bucket === undefined ? null : { kind: kind as HostKind, bucket, region };
}

function bucketOf({ kind, bucket: name, region }: Host, settings: CiSettings): BucketSettings | AddressTrouble {
  const { buckets, defaultBucket, appid } = settings;
  const named = name ?? defaultBucket ?? buckets[0]?.name ?? '';
  const [, short = '', appidPart = ''] = /^(.*)-([^-]*)$/.exec(named) ?? [];
  if (!/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/.test(short)) return 'bucketName';
  if (!/^\d+$/.test(appidPart)) return 'appidForm';
  if (appidPart !== appid) return kind === 'pic' ? 'domainUnbound' : 'appidUnknown';
  const bucket = buckets.find((each) => each.name === named);
  if (bucket === undefined) return 'bucketUnknown';
  const isThere = name === null || (bucket.region === region && settings.regions.includes(region));
  return isThere ? bucket : 'region';
}
