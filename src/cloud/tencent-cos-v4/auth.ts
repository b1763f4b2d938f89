import { bytesToHex } from '@noble/hashes/utils.js';
import { type Draft, original } from 'immer';
import type { Call, CloudRequest } from '../service.ts';
import { firstOf } from '../text.ts';
import type { Target } from './paths.ts';
import { refuse } from './refuse.ts';
import { appOf, type Settings } from './settings.ts';
import { signatureOf } from './sign.ts';
import type { State } from './state.ts';

/** What an operation asks of its sign. */
export type SignKind = 'many' | 'once' | 'either';

interface Sign {
  readonly signature: string;
  readonly plain: Uint8Array;
  readonly fields: ReadonlyMap<string, string>;
}

const signatureBytes = 20;

/** Checks the sign of a request, and uses it up if it is good once. @throws Refusal @source cloud-services.md 4.5 */
export function authorize(
  state: Draft<State>,
  { request, settings, nowMs }: Pick<Call<Settings>, 'request' | 'settings' | 'nowMs'>,
  target: Target,
  kind: SignKind,
): void {
  const text = signText(request);
  if (text === '') throw refuse(-81);
  const sign = readSign(text);
  checkOwner(sign, target, settings);
  const expires = secondsOf(sign, 'e');
  const fileId = field(sign, 'f');
  if (expires !== 0 && expires * 1000 <= nowMs) throw refuse(-96);
  checkKind(kind, expires, fileId);
  if (fileId !== '' && !names(fileId, target)) throw refuse(-63);
  if (expires === 0) spend(state, sign, settings);
  countCall(state, settings, nowMs);
}

/** From the header, the query, or a field. A `+` that was not encoded has become a space. */
function signText({ headers, query, body }: CloudRequest): string {
  const inForm = body.type === 'form' ? firstOf(body.fields, 'sign') : undefined;
  const text = headers.authorization ?? firstOf(query, 'sign') ?? inForm ?? '';
  return text.trim().replaceAll(' ', '+').replaceAll(/%2B/gi, '+').replaceAll(/%2F/gi, '/').replaceAll(/%3D/gi, '=');
}

/** Clients order the fields differently, so the sign is taken apart, not made again. */
function readSign(text: string): Sign {
  const bytes = bytesOf(text);
  if (bytes === null || bytes.length <= signatureBytes) throw refuse(-5998);
  const plain = bytes.subarray(signatureBytes);
  const pairs = new TextDecoder().decode(plain).split('&');
  const fields = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  if (!['a', 'b', 'k', 'e', 't', 'r', 'f'].every((name) => fields.has(name))) throw refuse(-5998);
  const sign = { signature: bytesToHex(bytes.subarray(0, signatureBytes)), plain, fields };
  for (const name of ['e', 't']) secondsOf(sign, name);
  return sign;
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function field({ fields }: Sign, name: string): string {
  return fields.get(name) ?? '';
}

/** Some clients send fractions. */
function secondsOf(sign: Sign, name: string): number {
  const text = field(sign, name);
  if (!/^\d+(\.\d+)?$/.test(text)) throw refuse(-60);
  return Number(text);
}

function checkOwner(sign: Sign, target: Target, settings: Settings): void {
  const appid = field(sign, 'a');
  const secretId = field(sign, 'k');
  const app = appOf(settings, appid);
  if (app === undefined) throw refuse(-82);
  if (!settings.apps.some(({ secrets }) => secrets.some((each) => each.secretId === secretId))) throw refuse(-79);
  const secret = app.secrets.find((each) => each.secretId === secretId);
  if (secret === undefined) throw refuse(-62);
  if (bytesToHex(signatureOf(secret.secretKey, sign.plain)) !== sign.signature) throw refuse(-97);
  if (appid !== target.appid) throw refuse(-70);
  if (field(sign, 'b') !== target.bucket.name) throw refuse(-61, { name: 'ERROR_PROXY_SIGN_BUCKET_NOTMATCH' });
  if (app.barred) throw refuse(-64);
}

function checkKind(kind: SignKind, expires: number, fileId: string): void {
  if (kind === 'many' && expires === 0) throw refuse(fileId === '' ? -74 : -75);
  if (kind === 'once' && expires !== 0) throw refuse(-73);
  if (expires === 0 && fileId === '') throw refuse(-76);
}

/** Encoded or not, whole or within the bucket: clients write all of these. */
function names(fileId: string, { id, path }: Target): boolean {
  return [fileId, decoded(fileId)].some((each) => each === id || each === `/${path}` || each === path);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function spend(state: Draft<State>, { signature }: Sign, { limits }: Settings): void {
  if (original(state.spentSigns)?.includes(signature)) throw refuse(-77);
  state.spentSigns.push(signature);
  if (state.spentSigns.length > limits.spentSignsMax) state.spentSigns.shift();
}

function countCall(state: Draft<State>, { limits }: Settings, nowMs: number): void {
  if (limits.callsPerSecondMax === null) return;
  const second = Math.floor(nowMs / 1000);
  const calls = state.recent.second === second ? state.recent.calls + 1 : 1;
  if (calls > limits.callsPerSecondMax) throw refuse(-71);
  state.recent = { second, calls };
}
