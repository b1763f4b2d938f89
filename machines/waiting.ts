import {
  freesWaiting,
  type LinkNeeds,
  type Suitability,
  suitabilityAfterChange,
  suitabilityAtStart,
} from './network.ts';
import { rule } from './rules.ts';
import type { Link, Mode, Reason, WaitingReason } from './vocabulary.ts';

/** What lies around a task: the link, and its app and account. */
export interface Surroundings {
  readonly link: Link;
  readonly appInForeground: boolean;
  readonly accountActive: boolean;
}

export interface GateNeeds extends LinkNeeds {
  readonly mode: Mode;
}

/** What may happen around a waiting task and move its reason. */
export type Happening = 'linkChanged' | 'appEntered' | 'appExpired' | 'accountReturned' | 'accountLeft';

/**
 * Why a task that was just started or resumed has to wait: the first gate that is shut, the network before the app.
 * `queued` when none is. @source harmony-request.md 2.3 (4, 5), 4.7
 */
export function reasonAtStart(needs: GateNeeds, around: Surroundings): Reason {
  const network = suitabilityAtStart(needs, around.link);
  if (network !== 'suitable') return network;
  return appIsShut(needs, around) ? 'appBackground' : 'queued';
}

/** Why a task still waits after something happened around it. @source harmony-request.md 4.2–4.7, 13 */
export function reasonAfter(needs: GateNeeds, reason: Reason, happening: Happening, around: Surroundings): Reason {
  return rule(needs.rules, 'lookAtAllGates')
    ? reasonFromCauses(needs, reason, happening, around)
    : reasonFromTables(needs, reason, happening, around);
}

/** The event argument for a task that waits for this reason. @source harmony-request.md 6.5 */
export function waitingReason(reason: Reason): WaitingReason {
  if (reason === 'offline' || reason === 'unsuitable') return 'networkNotMatch';
  if (reason === 'appBackground') return 'appBackground';
  if (reason === 'account') return 'userInactivated';
  return 'queueFull';
}

interface Causes {
  readonly network: Suitability;
  readonly app: boolean;
  readonly account: boolean;
}

/** Documented: causes add up; when one clears, every gate is looked at again. */
function reasonFromCauses(needs: GateNeeds, reason: Reason, happening: Happening, around: Surroundings): Reason {
  const network = suitabilityAtStart(needs, around.link);
  const causes = causesOf(reason, network);
  switch (happening) {
    case 'appExpired':
      return needs.mode === 'foreground' ? reasonOf({ ...causes, app: true }) : reason;
    case 'accountLeft':
      return reasonOf({ ...causes, account: true });
    case 'linkChanged':
      if (network !== 'suitable') return reasonOf({ ...causes, network });
      break;
    case 'appEntered':
    case 'accountReturned':
      break;
  }
  if (reason === 'queued') return reason;
  return reasonOf({ network, app: appIsShut(needs, around), account: !around.accountActive });
}

function appIsShut(needs: GateNeeds, around: Surroundings): boolean {
  return needs.mode === 'foreground' && !around.appInForeground;
}

function causesOf(reason: Reason, networkNow: Suitability): Causes {
  // A combined reason does not say which kind of network trouble it holds; the link does.
  const trouble = networkNow === 'suitable' ? 'offline' : networkNow;
  switch (reason) {
    case 'offline':
    case 'unsuitable':
      return { network: reason, app: false, account: false };
    case 'appBackground':
      return { network: 'suitable', app: true, account: false };
    case 'account':
      return { network: 'suitable', app: false, account: true };
    case 'networkApp':
      return { network: trouble, app: true, account: false };
    case 'networkAccount':
      return { network: trouble, app: false, account: true };
    case 'appAccount':
      return { network: 'suitable', app: true, account: true };
    case 'networkAppAccount':
      return { network: trouble, app: true, account: true };
    default:
      return { network: 'suitable', app: false, account: false };
  }
}

function reasonOf({ network, app, account }: Causes): Reason {
  if (network === 'suitable') {
    if (app) return account ? 'appAccount' : 'appBackground';
    return account ? 'account' : 'queued';
  }
  if (app) return account ? 'networkAppAccount' : 'networkApp';
  return account ? 'networkAccount' : network;
}

type Moves = Partial<Record<Reason, Reason>>;

const whenNetworkFits: Moves = {
  offline: 'queued',
  unsuitable: 'queued',
  networkAccount: 'account',
  networkApp: 'appBackground',
  networkAppAccount: 'appAccount',
};
const whenNetworkFails: Moves = {
  account: 'networkAccount',
  appBackground: 'networkApp',
  appAccount: 'networkAppAccount',
};

/** Device: the stored code itself moves, by tables that are not each other's inverse. */
const deviceMoves: Record<Exclude<Happening, 'linkChanged'>, Moves> = {
  appEntered: {
    appBackground: 'queued',
    networkApp: 'offline',
    appAccount: 'account',
    networkAppAccount: 'networkAccount',
  },
  appExpired: {
    queued: 'appBackground',
    offline: 'networkApp',
    unsuitable: 'networkApp',
    account: 'appAccount',
    networkAccount: 'networkAppAccount',
  },
  accountReturned: {
    account: 'queued',
    networkAccount: 'offline',
    appAccount: 'appBackground',
    networkAppAccount: 'networkApp',
  },
  accountLeft: {
    queued: 'account',
    offline: 'networkAccount',
    unsuitable: 'networkAccount',
    appBackground: 'appAccount',
    networkApp: 'networkAppAccount',
  },
};

function reasonFromTables(needs: GateNeeds, reason: Reason, happening: Happening, around: Surroundings): Reason {
  if (happening === 'linkChanged') return reasonAfterLinkChange(needs, reason, around.link);
  if (happening === 'appExpired' && needs.mode !== 'foreground') return reason;
  return deviceMoves[happening][reason] ?? reason;
}

/** Two sweeps, one after the other: what the link does not serve is put off, then what it serves is let go. */
function reasonAfterLinkChange(needs: GateNeeds, reason: Reason, link: Link): Reason {
  const fit = suitabilityAfterChange(needs, link);
  const putOff = fit === 'suitable' ? reason : reason === 'queued' ? fit : (whenNetworkFails[reason] ?? reason);
  return freesWaiting(needs, link) ? (whenNetworkFits[putOff] ?? putOff) : putOff;
}
