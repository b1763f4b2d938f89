import { md5, sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Draft } from 'immer';
import type { Call, CloudResponse } from '../service.ts';
import { refuse } from './failure.ts';
import { checkAddress, checkLicence, checkSigned } from './identity.ts';
import { count, type Parameters, parametersOf, required } from './parameters.ts';
import type { GokuaiSettings, Library, Person } from './settings.ts';
import type { GokuaiState } from './state.ts';
import { reply } from './visit.ts';

export function listLibraries(call: Call<GokuaiSettings>): CloudResponse {
  checkEnterprise(call, parametersOf(call.request));
  const list = call.settings.libraries.filter(({ condition }) => condition !== 'deleted').map(libraryJson);
  return reply(call, { count: list.length, list });
}

/** @throws 404041, 40401 */
export function tellLibrary(call: Call<GokuaiSettings>): CloudResponse {
  const parameters = parametersOf(call.request);
  checkEnterprise(call, parameters);
  const orgId = count(parameters, 'org_id');
  const library = call.settings.libraries.find((each) => each.orgId === orgId);
  if (library === undefined) throw refuse(404041);
  if (library.condition === 'deleted') throw refuse(40401);
  return reply(call, libraryJson(library));
}

/** The grants `password`, `exchange_token` and `refresh_token`. @source cloud-services.md 3.4 */
export function giveToken(state: Draft<GokuaiState>, call: Call<GokuaiSettings>): CloudResponse {
  const { settings, nowMs, serial } = call;
  const parameters = parametersOf(call.request);
  checkEnterprise(call, parameters);
  const person = granted(state, settings, parameters);
  if (person.condition === 'banned') throw refuse(40302);
  if (person.condition === 'disabled') throw refuse(40308);
  checkAddress(call, settings.options.loginAddresses, 4000344);
  const { tokenAgeMsMax, tokensMax } = settings.limits;
  const [access, refresh] = ['access', 'refresh'].map((kind) => tokenOf(`${kind} ${person.account} ${serial}`));
  const token = { access: access ?? '', refresh: refresh ?? '', account: person.account };
  state.tokens.push({ ...token, expiresMs: nowMs + tokenAgeMsMax });
  if (state.tokens.length > tokensMax) state.tokens.shift();
  const expires_in = Math.floor(tokenAgeMsMax / 1000);
  return reply(call, { access_token: token.access, expires_in, refresh_token: token.refresh });
}

/** @throws 40410, 404102, and what a signature makes of it */
function checkEnterprise(call: Call<GokuaiSettings>, parameters: Parameters): void {
  const { enterprise } = call.settings;
  checkSigned(call, parameters, parameters.get('client_id'), (id) =>
    id === enterprise.clientId ? enterprise.clientSecret : undefined,
  );
  const id = parameters.get('ent_id');
  if (id !== undefined && id !== String(enterprise.id)) throw refuse(40410);
  checkLicence(call);
}

/** @throws 40003, 40303, 401144, 401010 */
function granted(state: Draft<GokuaiState>, { people }: GokuaiSettings, parameters: Parameters): Person {
  switch (required(parameters, 'grant_type')) {
    case 'password': {
      const [account, password] = [required(parameters, 'username'), required(parameters, 'password')];
      return people.find((each) => each.account === account && isPassword(password, each)) ?? refused(40303);
    }
    case 'exchange_token': {
      const given = required(parameters, 'exchange_token');
      return people.find(({ exchangeToken }) => exchangeToken === given) ?? refused(401144);
    }
    case 'refresh_token': {
      const given = required(parameters, 'refresh_token');
      const at = given === '' ? -1 : state.tokens.findIndex(({ refresh }) => refresh === given);
      // Good for once: the next one comes with the new token.
      const [token] = at < 0 ? [] : state.tokens.splice(at, 1);
      return people.find(({ account }) => account === token?.account) ?? refused(401010);
    }
    default:
      return refused(40003);
  }
}

function refused(code: number): never {
  throw refuse(code);
}

/** Clients send it as it is, or its MD5. */
function isPassword(given: string, { password }: Person): boolean {
  return given === password || given.toLowerCase() === bytesToHex(md5(utf8ToBytes(password)));
}

function tokenOf(text: string): string {
  return bytesToHex(sha1(utf8ToBytes(text)));
}

function libraryJson({ orgId, mountId, name, capacityBytes, storagePoint }: Library): object {
  return { org_id: orgId, org_name: name, mount_id: mountId, capacity: capacityBytes, storage_point: storagePoint };
}
