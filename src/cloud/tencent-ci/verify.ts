import type { CloudRequest, Pairs } from '../service.ts';
import { decodePath, firstOf } from '../text.ts';
import type { CiSettings, User } from './settings.ts';
import { policySignatureOf, type SignedRequest, signatureOf, signedName } from './sign.ts';

/** Why a request is nobody's. absent: no word of a signature. incomplete: some of it. early: valid later. */
export type AuthTrouble = 'absent' | 'incomplete' | 'unknownKey' | 'wrong' | 'expired' | 'early';

const parts = ['q-sign-algorithm', 'q-ak', 'q-sign-time', 'q-key-time', 'q-signature'] as const;

/** Whose request it is: by the header, by the query, or by the fields of a form. @source cloud-services.md 2.3 */
export function userOf(request: CloudRequest, settings: CiSettings, nowMs: number): User | AuthTrouble {
  if (request.body.type === 'form' && request.headers.authorization === undefined) {
    const { fields } = request.body;
    if (fields.some(([name]) => name.toLowerCase() === 'policy')) return formUserOf(fields, settings, nowMs);
  }
  const given = authorizationIn(request);
  if (given === null) return 'absent';
  if (parts.some((part) => !firstOf(given, part))) return 'incomplete';
  const user = settings.users.find(({ secretId }) => secretId === firstOf(given, 'q-ak'));
  if (user === undefined) return 'unknownKey';
  const signTime = firstOf(given, 'q-sign-time') ?? '';
  const keyTime = firstOf(given, 'q-key-time') ?? '';
  const signed = signedPart(request, given);
  if (firstOf(given, 'q-sign-algorithm') !== 'sha1' || signed === null) return 'wrong';
  if (signatureOf(signed, user.secretKey, keyTime, signTime) !== firstOf(given, 'q-signature')?.toLowerCase()) {
    return 'wrong';
  }
  if (user.token !== null && tokenOf(request) !== user.token) return 'wrong';
  return timeTrouble(signTime, settings, nowMs) ?? timeTrouble(keyTime, settings, nowMs) ?? user;
}

/** Pairs of `Authorization`, of a form’s field, of the older parameter `sign`, or of the query itself; null for none. */
function authorizationIn({ headers, query, body }: CloudRequest): Pairs | null {
  const fields = body.type === 'form' ? body.fields : [];
  const field = fields.find(([name]) => /^(signature|authorization)$/i.test(name))?.[1];
  const whole = headers.authorization ?? field ?? firstOf(query, 'sign');
  if (whole !== undefined && whole !== '') return pairsOf(whole);
  const own = query.map(([name, value]) => [name.toLowerCase(), value] as const);
  const found = own.filter(([name]) => name.startsWith('q-'));
  return found.length === 0 ? null : found;
}

function pairsOf(text: string): Pairs {
  return text.split('&').map((pair) => {
    const mark = pair.indexOf('=');
    const [name, value] = mark < 0 ? [pair, ''] : [pair.slice(0, mark), pair.slice(mark + 1)];
    // Lists of names stay as they are: a `;` in a name is encoded there.
    return [name.trim().toLowerCase(), name.endsWith('-list') ? value : (decodePath(value) ?? value)];
  });
}

/** The request as far as the lists say that it is signed; null when something signed is not there. */
function signedPart({ method, path, query, headers }: CloudRequest, given: Pairs): SignedRequest | null {
  const params = chosen(query, firstOf(given, 'q-url-param-list') ?? '');
  const signedHeaders = chosen(Object.entries(headers), firstOf(given, 'q-header-list') ?? '');
  if (params === null || signedHeaders === null) return null;
  return {
    method,
    path: decodePath(path) ?? path,
    query: params,
    headers: Object.fromEntries(signedHeaders),
  };
}

function chosen(pairs: Pairs, list: string): Pairs | null {
  // Clients differ in how often they encode a list that stands in a query.
  const names = list.split(/;|%3b/i).filter((name) => name !== '');
  const wanted = new Set(names.map((name) => signedName(decodePath(decodePath(name) ?? name) ?? name)));
  const found = pairs.filter(([name]) => wanted.has(signedName(name)));
  const missing = [...wanted].some((name) => !found.some(([each]) => signedName(each) === name));
  return missing ? null : found;
}

function tokenOf({ headers, query }: CloudRequest): string | undefined {
  return headers['x-cos-security-token'] ?? firstOf(query, 'x-cos-security-token');
}

function timeTrouble(time: string, { limits }: CiSettings, nowMs: number): AuthTrouble | null {
  const [, start, end] = /^(\d{1,12});(\d{1,12})$/.exec(time) ?? [];
  if (start === undefined) return 'wrong';
  if (nowMs > Number(end) * 1000) return 'expired';
  return nowMs + limits.clockSkewMsMax < Number(start) * 1000 ? 'early' : null;
}

function formUserOf(fields: Pairs, settings: CiSettings, nowMs: number): User | AuthTrouble {
  const given = fields.map(([name, value]) => [name.toLowerCase(), value] as const);
  const [keyTime, signature, policy] = ['q-key-time', 'q-signature', 'policy'].map((name) => firstOf(given, name));
  if (!keyTime || !signature || !policy || !firstOf(given, 'q-ak')) return 'incomplete';
  const user = settings.users.find(({ secretId }) => secretId === firstOf(given, 'q-ak'));
  if (user === undefined) return 'unknownKey';
  if (policySignatureOf(decodeBase64(policy), user.secretKey, keyTime) !== signature.toLowerCase()) return 'wrong';
  if (user.token !== null && firstOf(given, 'x-cos-security-token') !== user.token) return 'wrong';
  return timeTrouble(keyTime, settings, nowMs) ?? user;
}

/** UTF-8 in Base64; empty for what is none. */
export function decodeBase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
  } catch {
    return '';
  }
}
