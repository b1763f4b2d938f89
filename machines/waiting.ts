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
    ? reasonFromGates(needs, reason, happening, around)
    : reasonFromTables(needs, reason, happening, around);
}

/** The event argument for a task that waits for this reason. @source harmony-request.md 6.5 */
export function waitingReason(reason: Reason): WaitingReason {
  if (reason === 'offline' || reason === 'unsuitable') return 'networkNotMatch';
  if (reason === 'appBackground') return 'appBackground';
  if (reason === 'account') return 'userInactivated';
  return 'queueFull';
}

/** Documented: causes add up, as on a device; when one clears, every gate is looked at again. */
function reasonFromGates(needs: GateNeeds, reason: Reason, happening: Happening, around: Surroundings): Reason {
  if (happening === 'appExpired' || happening === 'accountLeft') {
    return reasonFromTables(needs, reason, happening, around);
  }
  const network = suitabilityAtStart(needs, around.link);
  if (happening === 'linkChanged' && network !== 'suitable') {
    return reason === 'offline' || reason === 'unsuitable' ? network : putOff(reason, network);
  }
  if (reason === 'queued') return reason;
  return reasonOfGates(network, appIsShut(needs, around), !around.accountActive);
}

function appIsShut(needs: GateNeeds, around: Surroundings): boolean {
  return needs.mode === 'foreground' && !around.appInForeground;
}

function reasonOfGates(network: Suitability, app: boolean, account: boolean): Reason {
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
  const swept = fit === 'suitable' ? reason : putOff(reason, fit);
  return freesWaiting(needs, link) ? (whenNetworkFits[swept] ?? swept) : swept;
}

/** The reason of a task once the network is one more. */
function putOff(reason: Reason, network: Reason): Reason {
  return reason === 'queued' ? network : (whenNetworkFails[reason] ?? reason);
}
