import type { Pairs } from '../service.ts';
import { type Address, addressOf } from './address.ts';
import { bodyTrouble, type CommonTrouble, type DialectName, toldIn } from './dialects.ts';
import { dialectOf } from './operations.ts';
import type { User } from './settings.ts';
import type { CiCall, CiDraft } from './state.ts';
import { userOf } from './verify.ts';

/** A request that may do what it asks for, as far as that can be known without looking at the object. */
export interface Admitted extends Address {
  readonly dialect: DialectName;
  /** Null for a stranger at a public bucket. */
  readonly user: User | null;
  /** Where the bucket's objects stand in the state. */
  readonly path: string;
}

/** Address, authentication, permission, and rate, in this order. @throws Refusal, CosTrouble */
export function admit(state: CiDraft, call: CiCall): Admitted {
  const { request, settings, nowMs, operation } = call;
  const dialect = dialectOf(operation);
  const address = addressOf(request, settings);
  if (typeof address === 'string') throw toldIn(dialect, address);
  const user = userOf(request, settings, nowMs);
  if (typeof user === 'string' && !(user === 'absent' && isPublic(address, operation, dialect)))
    throw toldIn(dialect, user);
  const unreadable = bodyTrouble(dialect, request.body);
  if (unreadable !== null) throw unreadable;
  const known = typeof user === 'string' ? null : user;
  const trouble = permissionTrouble(call, address, known) ?? rateTrouble(state, call, address, known);
  if (trouble !== null) throw toldIn(dialect, trouble);
  return { ...address, dialect, user: known, path: `${address.bucket.name}/${address.key}` };
}

function isPublic({ bucket }: Address, operation: string | null, dialect: DialectName): boolean {
  if (bucket.access === 'public-read-write' && dialect === 'plain') return true;
  return bucket.access !== 'private' && publicOperations.has(operation ?? '');
}

const publicOperations: ReadonlySet<string> = new Set(['download', 'stat', 'processed', 'info', 'preview']);

function permissionTrouble(call: CiCall, { bucket, key }: Address, user: User | null): CommonTrouble | null {
  const { account } = call.settings;
  if (account.blocked) return 'accountBlocked';
  if (account.overdue) return 'overdue';
  if (bucket.blocked) return 'bucketBlocked';
  if (user?.denied.includes(call.operation ?? '')) return 'denied';
  if (!mayRefer(call.request.headers.referer, bucket.referers)) return 'referer';
  return bucket.blockedKeys.includes(key) ? 'fileBlocked' : null;
}

/** A request that names no Referer is let through, as an address typed by hand. */
function mayRefer(referer: string | undefined, hosts: readonly string[]): boolean {
  if (referer === undefined || hosts.length === 0) return true;
  const [, host = ''] = /^(?:https?:\/\/)?([^/:]*)/i.exec(referer) ?? [];
  return hosts.includes(host.toLowerCase());
}

/** Counts the request; what is refused later than here has been counted. */
function rateTrouble(state: CiDraft, call: CiCall, address: Address, user: User | null): CommonTrouble | null {
  const second = Math.floor(call.nowMs / 1000);
  if (state.rate.second !== second) state.rate = { second, counts: {} };
  for (const [name, max, trouble] of countersOf(call, address, user)) {
    const count = (state.rate.counts[name] ?? 0) + 1;
    if (count > max) return trouble;
    state.rate.counts[name] = count;
  }
  return null;
}

type Counter = readonly [name: string, countMax: number, trouble: CommonTrouble];

function countersOf({ settings, operation }: CiCall, { bucket, key }: Address, user: User | null): readonly Counter[] {
  const { limits } = settings;
  switch (dialectOf(operation)) {
    case 'plain':
      return [['requests', limits.requestsPerSecondMax, 'tooFast']];
    case 'persisted':
      return [['persisted', limits.persistedPerSecondMax, 'tooFast']];
    case 'jobs':
      return [['jobs', limits.jobCallsPerSecondMax, 'tooFast']];
    case 'processed':
      return [
        ['processed', limits.processedPerSecondMax, 'tooFast'],
        [`of ${bucket.name}/${key}`, limits.processedPerSecondOfOneKeyMax, 'keyTooFast'],
        ...(user === null ? [['unsigned', limits.unsignedPerSecondMax, 'tooManyUnsigned'] as const] : []),
      ];
  }
}

/** The value of the first parameter of a name, whatever its case. */
export function param(query: Pairs, name: string): string | undefined {
  return query.find(([each]) => each.toLowerCase() === name)?.[1];
}
