import { describe, expect, it } from 'vitest';
import {
  freesWaiting,
  type LinkNeeds,
  networkMachine,
  suitabilityAfterChange,
  suitabilityAtStart,
} from '../../machines/network.ts';
import type { Link, Network } from '../../machines/vocabulary.ts';
import { play } from '../support/charts.ts';

const links = {
  wifi: { type: 'wifi', metered: false, roaming: false },
  'metered wifi': { type: 'wifi', metered: true, roaming: false },
  cellular: { type: 'cellular', metered: true, roaming: false },
  'roaming cellular': { type: 'cellular', metered: true, roaming: true },
  other: { type: 'other', metered: false, roaming: false },
  'metered other': { type: 'other', metered: true, roaming: false },
} as const satisfies Record<string, Link>;
type Name = keyof typeof links;
const names = Object.keys(links) as Name[];
const offline: Link = { type: 'offline', metered: false, roaming: false };

const all = names;
const none: Name[] = [];

/** A task that asks for a network, with its flags, and the links that suit it by each rule. */
interface Row {
  readonly network: Network;
  readonly metered: boolean;
  readonly roaming: boolean;
  /** Documented: one rule for all. */
  readonly one: readonly Name[];
  readonly a: readonly Name[];
  readonly b: readonly Name[];
  readonly c: readonly Name[];
}

const rows: readonly Row[] = [
  { network: 'any', metered: false, roaming: false, one: all, a: all, b: ['other', 'metered other'], c: all },
  { network: 'any', metered: true, roaming: true, one: all, a: all, b: ['other', 'metered other'], c: all },
  {
    network: 'wifi',
    metered: false,
    roaming: false,
    one: ['wifi', 'other'],
    a: ['wifi', 'other'],
    b: ['wifi', 'other', 'metered other'],
    c: ['wifi', 'other', 'metered other'],
  },
  {
    network: 'wifi',
    metered: true,
    roaming: true,
    one: ['wifi', 'metered wifi', 'other', 'metered other'],
    a: ['wifi', 'metered wifi', 'other', 'metered other'],
    b: ['wifi', 'metered wifi', 'other', 'metered other'],
    c: ['wifi', 'metered wifi', 'other', 'metered other'],
  },
  {
    network: 'cellular',
    metered: false,
    roaming: true,
    one: none,
    a: ['wifi', 'other'],
    b: ['other', 'metered other'],
    c: ['other', 'metered other'],
  },
  {
    network: 'cellular',
    metered: true,
    roaming: false,
    one: ['cellular'],
    a: ['wifi', 'metered wifi', 'cellular', 'other', 'metered other'],
    b: ['cellular', 'other', 'metered other'],
    c: ['cellular', 'other', 'metered other'],
  },
  {
    network: 'cellular',
    metered: true,
    roaming: true,
    one: ['cellular', 'roaming cellular'],
    a: all,
    b: ['cellular', 'roaming cellular', 'other', 'metered other'],
    c: ['cellular', 'roaming cellular', 'other', 'metered other'],
  },
];

describe.each(rows)('a task for $network (metered $metered, roaming $roaming)', (row) => {
  const device: LinkNeeds = { ...row, rules: 'device' };
  const documented: LinkNeeds = { ...row, rules: 'documented' };
  const suited = (suits: (link: Link) => boolean) => names.filter((name) => suits(links[name]));

  it('starts on a device by rule a', () => {
    expect(suited((link) => suitabilityAtStart(device, link) === 'suitable')).toEqual(row.a);
  });

  it('goes on after a change on a device by rule b', () => {
    expect(suited((link) => suitabilityAfterChange(device, link) === 'suitable')).toEqual(row.b);
  });

  it('is let go on a device by rule c', () => {
    expect(suited((link) => freesWaiting(device, link))).toEqual(row.c);
  });

  it('is judged by one rule where documented', () => {
    for (const suits of [
      (link: Link) => suitabilityAtStart(documented, link) === 'suitable',
      (link: Link) => suitabilityAfterChange(documented, link) === 'suitable',
      (link: Link) => freesWaiting(documented, link),
    ]) {
      expect(suited(suits)).toEqual(row.one);
    }
  });

  it('finds every link that does not suit it unsuitable, none of them absent', () => {
    for (const needs of [device, documented]) {
      for (const suitability of [suitabilityAtStart, suitabilityAfterChange]) {
        const found = new Set(names.map((name) => suitability(needs, links[name])));
        expect(['suitable', 'unsuitable']).toEqual(expect.arrayContaining([...found]));
      }
    }
  });

  it('has no network at all when there is none', () => {
    for (const needs of [device, documented]) {
      expect(suitabilityAtStart(needs, offline)).toBe('offline');
      expect(suitabilityAfterChange(needs, offline)).toBe('offline');
      expect(freesWaiting(needs, offline)).toBe(false);
    }
  });
});

describe('the network chart', () => {
  it('announces each change, and nothing that is the same', () => {
    const network = play(networkMachine);
    const changed = (link: Link) => network.send({ type: 'changed', link });

    expect(changed(offline)).toEqual([]);
    for (const name of names) {
      expect(changed(links[name])).toEqual([{ type: 'link.changed', link: links[name] }]);
      expect(changed({ ...links[name] })).toEqual([]);
      expect(network.state).toBe(links[name].type);
    }
    expect(changed(offline)).toEqual([{ type: 'link.changed', link: offline }]);
    expect(changed({ ...offline })).toEqual([]);
    expect(network.state).toBe('offline');
  });
});
