import type { Draft } from 'immer';
import type { Call } from '../service.ts';
import { firstOf } from '../text.ts';
import { operations } from './operations.ts';
import { rootOf } from './paths.ts';
import { refuse, refuseAsSeen } from './refuse.ts';
import type { App, Settings, User } from './settings.ts';
import { spend } from './spent.ts';
import { driveOf, type Session, type State } from './state.ts';
import { makeRoot, placeOf } from './tree.ts';

interface Credential {
  readonly user: User | undefined;
  readonly app: App | undefined;
  readonly mayUseFiles: boolean;
}

/**
 * Who calls, and for whom.
 * @throws Refusal  110, 31041…31045, 31024, 4, 5, 31219.
 * @source cloud-services.md 5.3, 5.5
 */
export function openSession(state: Draft<State>, call: Call<Settings>): Session {
  const { user, app, mayUseFiles } = tokenOf(call) ?? cookieOf(call) ?? nobody();
  if (user === undefined) throw refuse(31045);
  if (!user.loggedIn) throw refuse(31042);
  if (!user.active) throw refuse(31043);
  if (app === undefined) throw refuse(31024);
  if (user.apps !== null && !user.apps.includes(app.id)) throw refuse(31044);
  if (!mayUseFiles || (app.readOnly && changesThings(call))) throw refuse(4);
  if (app.addresses !== null && !app.addresses.includes(addressOf(call))) throw refuse(5);

  const drive = driveOf(state, user.name);
  const { requestsMax, windowMs } = call.settings.limits;
  const requests = spend(drive.requests, 1, { nowMs: call.nowMs, windowMs, max: requestsMax });
  if (requests === null) throw refuse(31219);
  drive.requests = requests;
  const session = { state, drive, user, app, root: rootOf(app), call };
  makeRoot(placeOf(session));
  return session;
}

function tokenOf({ request, settings, nowMs }: Call<Settings>): Credential | null {
  const text = firstOf(request.query, 'access_token') ?? '';
  if (text === '') return null;
  const token = settings.tokens.find((each) => each.token === text);
  if (token === undefined) throw refuse(110);
  if (token.issuedMs !== null && nowMs - token.issuedMs > settings.limits.tokenAgeMsMax) {
    throw settings.options.expiredAs111 ? refuseAsSeen('expired') : refuse(110);
  }
  return {
    user: settings.users.find(({ name }) => name === token.user),
    app: settings.apps.find(({ id }) => id === token.app),
    mayUseFiles: token.scopes.includes('netdisk'),
  };
}

/** Clients without a token send the cookie of a browser, and name their application themselves. */
function cookieOf({ request, settings }: Call<Settings>): Credential | null {
  const [, bduss] = /(?:^|;\s*)BDUSS=([^;]*)/.exec(request.headers.cookie ?? '') ?? [];
  if (bduss === undefined) return null;
  const user = settings.users.find((each) => each.bduss === bduss);
  if (user === undefined) throw refuse(31041);
  const appId = firstOf(request.query, 'app_id');
  return { user, app: settings.apps.find(({ id }) => id === appId), mayUseFiles: true };
}

function nobody(): never {
  throw refuse(110);
}

function changesThings({ operation }: Call<Settings>): boolean {
  return operations.some(({ name, writes }) => name === operation && writes);
}

function addressOf({ request }: Call<Settings>): string {
  return request.headers['x-forwarded-for']?.split(',')[0]?.trim() || '127.0.0.1';
}
