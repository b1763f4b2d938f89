import { assign, emit, setup } from 'xstate';
import { rule } from './rules.ts';
import type { Link, Network, Rules } from './vocabulary.ts';

/** What a task asks of the link. */
export interface LinkNeeds {
  readonly rules: Rules;
  readonly network: Network;
  readonly metered: boolean;
  readonly roaming: boolean;
}

export type Suitability = 'suitable' | 'offline' | 'unsuitable';

/** May a task start on this link? @source harmony-request.md 4.4, rule (a); [R] under `documented` */
export function suitabilityAtStart(needs: LinkNeeds, link: Link): Suitability {
  if (link.type === 'offline') return 'offline';
  if (needs.network === 'any') return 'suitable';
  if (needs.network === 'wifi' && link.type === 'cellular') return 'unsuitable';
  if (needs.network === 'cellular' && link.type !== 'cellular' && rule(needs.rules, 'cellularMeansCellular')) {
    return 'unsuitable';
  }
  return flagsAllow(needs, link) ? 'suitable' : 'unsuitable';
}

/**
 * May a running task go on when the link has changed? A device takes any known network for unsuitable to a task that
 * asks for none in particular. @source harmony-request.md 4.4, rule (b); [R] under `documented`
 */
export function suitabilityAfterChange(needs: LinkNeeds, link: Link): Suitability {
  if (rule(needs.rules, 'oneLinkRule') || link.type === 'offline') return suitabilityAtStart(needs, link);
  if (link.type === 'other') return 'suitable';
  return needs.network === link.type && flagsAllow(needs, link) ? 'suitable' : 'unsuitable';
}

/** Does this link free a task that waits for one? @source harmony-request.md 4.4, rule (c); [R] under `documented` */
export function freesWaiting(needs: LinkNeeds, link: Link): boolean {
  const isJudgedAsAtStart = rule(needs.rules, 'oneLinkRule') || link.type === 'offline';
  if (isJudgedAsAtStart) return suitabilityAtStart(needs, link) === 'suitable';
  if (needs.network === 'any' || link.type === 'other') return true;
  return needs.network === link.type && flagsAllow(needs, link);
}

function flagsAllow(needs: LinkNeeds, link: Link): boolean {
  return (!link.metered || needs.metered) && (!link.roaming || needs.roaming);
}

export type NetworkEvent = { readonly type: 'changed'; readonly link: Link };
export type NetworkEffect = { readonly type: 'link.changed'; readonly link: Link };

/** The link of the device. It announces what really changed, and nothing else. @source harmony-request.md 4.4 */
export const networkMachine = setup({
  types: {} as { context: { readonly link: Link }; events: NetworkEvent; emitted: NetworkEffect },
  guards: {
    isSame: ({ context, event }) =>
      context.link.type === event.link.type &&
      context.link.metered === event.link.metered &&
      context.link.roaming === event.link.roaming,
    isOffline: ({ event }) => event.link.type === 'offline',
    isWifi: ({ event }) => event.link.type === 'wifi',
    isCellular: ({ event }) => event.link.type === 'cellular',
  },
  actions: {
    keep: assign(({ event }) => ({ link: event.link })),
    announce: emit(({ event }) => ({ type: 'link.changed', link: event.link }) as const),
  },
}).createMachine({
  id: 'network',
  context: { link: { type: 'offline', metered: false, roaming: false } },
  initial: 'offline',
  on: {
    changed: [
      { guard: 'isSame' },
      { guard: 'isOffline', target: '.offline', actions: ['keep', 'announce'] },
      { guard: 'isWifi', target: '.wifi', actions: ['keep', 'announce'] },
      { guard: 'isCellular', target: '.cellular', actions: ['keep', 'announce'] },
      { target: '.other', actions: ['keep', 'announce'] },
    ],
  },
  states: {
    offline: {},
    wifi: {},
    cellular: {},
    other: {},
  },
});
