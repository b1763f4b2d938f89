import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Draft } from 'immer';
import type { Call, CloudResponse } from '../service.ts';
import { entryJson, pathHash, seconds } from './entry.ts';
import { refuse } from './failure.ts';
import { personOf } from './identity.ts';
import { nameOf } from './names.ts';
import { sendFile } from './pages.ts';
import { instant, pageOf, parametersOf, path, plainPath, shortText } from './parameters.ts';
import { byName, paged } from './reading.ts';
import { checkRight, isDenied } from './rights.ts';
import type { GokuaiSettings } from './settings.ts';
import type { GokuaiState, Link } from './state.ts';
import { entryAt, existing, inFolder } from './tree.ts';
import { handOf, reply, type Visit } from './visit.ts';

const dayMs = 24 * 60 * 60 * 1000;

export function createLink(visit: Visit): CloudResponse {
  const { parameters, files, state, library, call, member, nowMs, limits } = visit;
  const shared = plainPath(parameters.get('fullpath') ?? '');
  if (shared === '') throw refuse(40018);
  const auth = parameters.get('auth') || 'preview';
  if (!/^(preview|download|upload)$/.test(auth)) throw refuse(40003);
  const startMs = instant(parameters, 'start', seconds(nowMs));
  const deadlineMs = deadlineOf(visit);
  const { links } = call.settings.options;
  if (links.off) throw refuse(4033028);
  if (library.kind === 'personal' && links.personalOff) throw refuse(4033029);
  if (library.kind === 'shared' && links.sharedOff) throw refuse(4033030);
  if (deadlineMs !== null && deadlineMs <= startMs) throw refuse(4033025);
  if (deadlineMs !== null && deadlineMs - nowMs > limits.linkAgeMsMax) {
    throw refuse(4033023, { fill: String(Math.floor(limits.linkAgeMsMax / dayMs)) });
  }
  checkRight(visit, shared, 'download');
  existing(files, shared);
  const code = bytesToHex(sha1(utf8ToBytes(`link ${pathHash(library, shared)} ${call.serial}`))).slice(0, 16);
  const password = shortText(parameters, 'password', limits) ?? '';
  state.links.push({
    ...{ code, library: visit.at, path: shared, by: member, auth, password, startMs, deadlineMs },
    ...{ visits: 0, isClosed: false },
  });
  if (state.links.length > limits.linksMax) state.links.shift();
  return reply(call, { link: addressOf(call, code), code });
}

/** By its code, or all of a path. Only who made a link closes it; the application closes any. */
export function closeLink({ parameters, state, at, isPerson, member, call }: Visit): CloudResponse {
  const code = parameters.get('code');
  const shared = code === undefined ? path(parameters) : '';
  const isMeant = (link: Link) =>
    link.library === at && (code === undefined ? link.path === shared : link.code === code);
  const meant = state.links.filter((link) => isMeant(link) && !link.isClosed);
  if (meant.length === 0) throw refuse(404091);
  if (isPerson && meant.some(({ by }) => by !== member)) throw refuse(4033019);
  for (const link of meant) link.isClosed = true;
  return reply(call, {});
}

export function listLinks({ parameters, state, at, call, limits }: Visit): CloudResponse {
  const open = state.links.filter((link) => link.library === at && !link.isClosed);
  const list = paged(open, pageOf(parameters, limits.pageEntriesMax)).map((link) => ({
    code: link.code,
    link: addressOf(call, link.code),
    fullpath: link.path,
    filename: nameOf(link.path),
    auth: link.auth,
    password: link.password,
    deadline: link.deadlineMs === null ? -1 : seconds(link.deadlineMs),
    member_name: link.by,
  }));
  return reply(call, list);
}

/** What a stranger gets who follows a link: the file, or a list of the folder. */
export function openLink(state: Draft<GokuaiState>, call: Call<GokuaiSettings>): CloudResponse {
  const { request, settings, nowMs } = call;
  const parameters = parametersOf(request);
  const code = request.path.split('/')[2] ?? '';
  const link = state.links.find((each) => each.code === code);
  if (link === undefined) throw refuse(404091);
  const hand = handOf({ state, settings, nowMs }, link.library, link.by);
  if (hand === undefined || hand.library.condition !== 'open') throw refuse(404091);
  checkOpen(link, nowMs);
  if (settings.options.links.membersOnly) checkMember(state, call, parameters.get('token'));
  if (link.password !== '' && parameters.get('password') !== link.password) throw refuse(4033026);
  if (link.visits >= settings.limits.linkVisitsMax) throw refuse(4033027);
  const wantsFile = parameters.get('download') === '1';
  const isAllowed = link.auth === 'download' || (link.auth === 'preview' && !wantsFile);
  if (!isAllowed || isDenied(hand, link.path, 'download')) throw refuse(4033018);
  const entry = entryAt(hand.files, link.path);
  if (entry === undefined) throw refuse(404092);
  link.visits += 1;
  if (entry.isFolder) {
    const list = inFolder(hand.files, link.path).toSorted(byName);
    return reply(call, { count: list.length, list: list.map(([each, found]) => entryJson(hand.library, each, found)) });
  }
  if (entry.blob === null) throw refuse(404023);
  const file = { name: nameOf(link.path), changedSeconds: seconds(entry.changedMs) };
  return sendFile(call, entry.blob, file, !wantsFile);
}

/** @throws 40409, 404094, 404093 */
function checkOpen({ isClosed, startMs, deadlineMs }: Link, nowMs: number): void {
  if (isClosed) throw refuse(40409);
  if (deadlineMs !== null && deadlineMs <= nowMs) throw refuse(404094);
  if (startMs > nowMs) throw refuse(404093, { fill: new Date(startMs).toISOString().slice(0, 10) });
}

/** @throws 4033021 */
function checkMember(state: Draft<GokuaiState>, call: Call<GokuaiSettings>, token: string | undefined): void {
  if (token === undefined) throw refuse(4033021, { fill: call.settings.enterprise.name });
  personOf(state, call, token);
}

/** Seconds since 1970, or −1 for ever. @throws 40003 */
function deadlineOf({ parameters }: Visit): number | null {
  return (parameters.get('deadline') || '-1') === '-1' ? null : instant(parameters, 'deadline');
}

function addressOf({ base }: Call<GokuaiSettings>, code: string): string {
  return `${base}/file/${code}`;
}
