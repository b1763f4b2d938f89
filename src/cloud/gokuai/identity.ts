import type { Draft } from 'immer';
import type { Call, CloudRequest } from '../service.ts';
import { refuse } from './failure.ts';
import { count, type Parameters, required, shortText } from './parameters.ts';
import type { GokuaiSettings, Person } from './settings.ts';
import { signPairs } from './sign.ts';
import type { GokuaiState } from './state.ts';
import { handOf, type Visit } from './visit.ts';

/** Base64 of 20 bytes. */
const signatureForm = /^[A-Za-z0-9+/]{27}=$/;
/** Operations on a library that only its application has. */
const applicationOnly: readonly string[] = ['stat', 'servers', 'updates_count'];

/** Who calls the API of a library, and may they? @throws 401 … 40313, 404 … 404102, 405 … 40502 */
export function visitOf(state: Draft<GokuaiState>, call: Call<GokuaiSettings>, parameters: Parameters): Visit {
  const isPerson = parameters.has('token') && !parameters.has('org_client_id');
  const { at, member } = isPerson ? personal(state, call, parameters) : applied(call, parameters);
  const hand = handOf({ state, settings: call.settings, nowMs: call.nowMs }, at, member);
  if (hand === undefined) throw refuse(40404);
  const visit: Visit = { ...hand, call, parameters, isPerson };
  checkAddress(call, call.settings.options.addresses, 40309);
  checkLicence(call);
  checkGranted(visit);
  return visit;
}

/** @throws 401, 400012, 40103, 40104, 40003, 40304 */
export function checkSigned(
  { nowMs, settings }: Call<GokuaiSettings>,
  parameters: Parameters,
  id: string | undefined,
  secretOf: (id: string) => string | undefined,
): void {
  const given = parameters.get('sign');
  if (id === undefined || given === undefined) throw refuse(401);
  if (!signatureForm.test(given)) throw refuse(400012);
  const secret = secretOf(id);
  if (secret === undefined) throw refuse(40103);
  if (!signaturesOf(parameters, secret).includes(given)) throw refuse(40104);
  const skewMs = Math.abs(nowMs - count(parameters, 'dateline') * 1000);
  if (skewMs > settings.limits.clockSkewMsMax) throw refuse(40304);
}

/** @throws 40101, 40102 */
export function personOf(state: Draft<GokuaiState>, { settings, nowMs }: Call<GokuaiSettings>, access: string): Person {
  const token = state.tokens.find((each) => each.access === access);
  const person = settings.people.find(({ account }) => account === token?.account);
  if (token === undefined || person === undefined) throw refuse(40101);
  if (token.expiresMs !== null && token.expiresMs <= nowMs) throw refuse(40102);
  return person;
}

/** Where a client sits; behind a proxy its address is the first that the proxies tell. @throws the code given */
export function checkAddress({ request }: Call<GokuaiSettings>, allowed: readonly string[], code: number): void {
  if (allowed.length > 0 && !allowed.includes(addressOf(request))) throw refuse(code);
}

/** @throws 404102 */
export function checkLicence({ settings: { enterprise }, nowMs }: Call<GokuaiSettings>): void {
  if (enterprise.expiresMs !== 0 && enterprise.expiresMs <= nowMs) throw refuse(404102);
}

/** @throws 40103, 40401, 40311 */
export function libraryOfClient({ libraries }: GokuaiSettings, clientId: string): number {
  const at = libraries.findIndex((library) => library.clientId === clientId);
  if (at < 0) throw refuse(40103);
  checkOpen(libraries[at]?.condition);
  return at;
}

/** Older clients call their id `client_id`. */
function applied(call: Call<GokuaiSettings>, parameters: Parameters) {
  const id = parameters.get('org_client_id') ?? parameters.get('client_id');
  const { libraries, limits } = call.settings;
  checkSigned(call, parameters, id, (each) => libraries.find(({ clientId }) => clientId === each)?.clientSecret);
  const [name, number] = ['op_name', 'op_id'].map((each) => shortText(parameters, each, limits));
  const member = name ?? number ?? id ?? '';
  return { at: libraryOfClient(call.settings, id ?? ''), member };
}

function personal(state: Draft<GokuaiState>, call: Call<GokuaiSettings>, parameters: Parameters) {
  const person = personOf(state, call, required(parameters, 'token'));
  const mountId = count(parameters, 'mount_id');
  const { libraries } = call.settings;
  const at = libraries.findIndex((library) => library.mountId === mountId);
  const library = libraries[at];
  if (library === undefined) throw refuse(40404);
  if (!library.members.includes(person.account)) throw refuse(40313);
  checkOpen(library.condition);
  return { at, member: person.name };
}

function checkOpen(condition: 'open' | 'closed' | 'deleted' | undefined): void {
  if (condition === 'deleted') throw refuse(40401);
  if (condition === 'closed') throw refuse(40311);
}

function checkGranted({ library, isPerson, call: { operation, settings } }: Visit): void {
  const asked = operation ?? '';
  if (settings.options.retired.includes(asked)) throw refuse(404404);
  if (isPerson && applicationOnly.includes(asked)) throw refuse(40301);
  if (library.withheld.includes(asked)) throw refuse(40501);
  if (library.onRequest.includes(asked)) throw refuse(40502);
  if (settings.options.off.includes(asked)) throw refuse(40306);
}

/** Clients sign the two facts about the file, or leave them out. */
function signaturesOf(parameters: Parameters, secret: string): readonly string[] {
  const all = [...parameters].filter(([name]) => name !== 'sign');
  const fewer = all.filter(([name]) => name !== 'filehash' && name !== 'filesize');
  return [signPairs(all, secret), signPairs(fewer, secret)];
}

function addressOf({ headers }: CloudRequest): string {
  return headers['x-forwarded-for']?.split(',')[0]?.trim() ?? '127.0.0.1';
}
