import type { RequestBody } from '../service.ts';
import type { AddressTrouble } from './address.ts';
import { CosTrouble, type CosWord, refuse } from './failures.ts';
import type { AuthTrouble } from './verify.ts';

/** What any operation may be refused for, before it looks at what it is asked to do. */
export type CommonTrouble =
  | AddressTrouble
  | AuthTrouble
  | 'body'
  | 'denied'
  | 'referer'
  | 'accountBlocked'
  | 'bucketBlocked'
  | 'fileBlocked'
  | 'overdue'
  | 'tooFast'
  | 'keyTooFast'
  | 'tooManyUnsigned';

/** One trouble is told in four ways, by what was asked for. moderation: as processed, where it has no words of its own. */
export type DialectName = 'plain' | 'processed' | 'persisted' | 'jobs';

/** A number or name of the table, or a word of the object store. */
type Told = number | CosWord;
type Dialect = Readonly<Record<CommonTrouble, Told>>;

/** @source cloud-services.md 2.5 */
const dialects: Readonly<Record<DialectName, Dialect>> = {
  plain: {
    target: 'InvalidURI',
    url: 'InvalidURI',
    host: 'NoSuchBucket',
    bucketName: 'InvalidBucketName',
    appidForm: 'InvalidBucketName',
    appidUnknown: 'NoSuchBucket',
    domainUnbound: 'NoSuchBucket',
    bucketUnknown: 'NoSuchBucket',
    region: 'NoSuchBucket',
    absent: 'AccessDenied',
    incomplete: 'AccessDenied',
    unknownKey: 'InvalidAccessKeyId',
    wrong: 'SignatureDoesNotMatch',
    expired: 'RequestExpired',
    early: 'RequestTimeTooSkewed',
    body: 'MalformedPOSTRequest',
    denied: 'AccessDenied',
    referer: 'AccessDenied',
    accountBlocked: 'AccessDenied',
    bucketBlocked: 'AccessDenied',
    fileBlocked: 'AccessDenied',
    overdue: 'AccessDenied',
    tooFast: 'SlowDown',
    keyTooFast: 'SlowDown',
    tooManyUnsigned: 'SlowDown',
  },
  processed: {
    target: -103,
    url: -106,
    host: -107,
    bucketName: -46152,
    appidForm: -46154,
    appidUnknown: -46642,
    domainUnbound: -104,
    bucketUnknown: -163,
    region: -163,
    absent: -46661,
    incomplete: -46618,
    unknownKey: -46618,
    wrong: -46618,
    expired: -46619,
    early: -46618,
    body: -166,
    denied: -46661,
    referer: -108,
    accountBlocked: -46627,
    bucketBlocked: -46620,
    fileBlocked: -46621,
    overdue: -162,
    tooFast: -164,
    keyTooFast: -29214,
    tooManyUnsigned: -165,
  },
  persisted: {
    target: -60955,
    url: -60955,
    host: -60983,
    bucketName: -60983,
    appidForm: -60983,
    appidUnknown: -60983,
    domainUnbound: -60983,
    bucketUnknown: -60983,
    region: -60972,
    absent: -60938,
    incomplete: -60938,
    unknownKey: -60932,
    wrong: -60932,
    expired: -60932,
    early: -60932,
    body: -62999,
    denied: -60936,
    referer: -60936,
    accountBlocked: -60948,
    bucketBlocked: -60936,
    fileBlocked: -60936,
    overdue: -60936,
    tooFast: -60949,
    keyTooFast: -60949,
    tooManyUnsigned: -60949,
  },
  jobs: {
    target: 1010,
    url: 1010,
    host: 1017,
    bucketName: 1017,
    appidForm: 1017,
    appidUnknown: 1017,
    domainUnbound: 1017,
    bucketUnknown: 1017,
    region: 1017,
    absent: 1012,
    incomplete: 1013,
    unknownKey: 1019,
    wrong: 1013,
    expired: 1014,
    early: 1013,
    body: 1011,
    denied: 1018,
    referer: 1018,
    accountBlocked: 1018,
    bucketBlocked: 1018,
    fileBlocked: 1018,
    overdue: 1018,
    tooFast: 1020,
    keyTooFast: 1020,
    tooManyUnsigned: 1020,
  },
};

/** The trouble, in the words of what was asked for; to be thrown. */
export function toldIn(dialect: DialectName, trouble: CommonTrouble): Error {
  const told = dialects[dialect][trouble];
  if (typeof told === 'string') return new CosTrouble(told);
  return refuse(told);
}

/** A body that did not come whole. */
export function bodyTrouble(dialect: DialectName, body: RequestBody): Error | null {
  if (body.type !== 'unreadable') return null;
  if (dialect === 'persisted' && body.why === 'tooLarge') return refuse(-60996);
  if (dialect !== 'plain' || body.why === 'malformed') return toldIn(dialect, 'body');
  return new CosTrouble(body.why === 'stalled' ? 'RequestTimeout' : 'EntityTooLarge');
}
