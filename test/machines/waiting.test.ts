import { describe, expect, it } from 'vitest';
import { type Link, type Reason, reasons } from '../../machines/vocabulary.ts';
import {
  type GateNeeds,
  type Happening,
  reasonAfter,
  reasonAtStart,
  type Surroundings,
  waitingReason,
} from '../../machines/waiting.ts';

const wifi: Link = { type: 'wifi', metered: false, roaming: false };
const offline: Link = { type: 'offline', metered: false, roaming: false };
const cellular: Link = { type: 'cellular', metered: true, roaming: false };
const around = (change: Partial<Surroundings> = {}): Surroundings => ({
  link: wifi,
  appInForeground: true,
  accountActive: true,
  ...change,
});

const needsOf = (needs: Partial<GateNeeds>): GateNeeds => ({
  rules: 'device',
  mode: 'foreground',
  network: 'wifi',
  metered: false,
  roaming: false,
  ...needs,
});

const byCode = new Map(Object.entries(reasons).map(([word, { code }]) => [code as number, word as Reason]));
const word = (code: number): Reason => byCode.get(code) ?? 'default';
const waitingCodes = [4, 6, 7, 8, 21, 27, 28, 29, 30];

/** Every code that a waiting task can have, through one table; what it does not name stays. */
function holds(needs: GateNeeds, happening: Happening, where: Surroundings, moves: Readonly<Record<number, number>>) {
  const moved = waitingCodes.map((code) => [code, reasons[reasonAfter(needs, word(code), happening, where)].code]);
  expect(moved).toEqual(waitingCodes.map((code) => [code, moves[code] ?? code]));
}

describe('on a device the stored reason moves by tables', () => {
  it('app background, foreground tasks (4.3)', () => {
    const away = around({ appInForeground: false });
    holds(needsOf({}), 'appExpired', away, { 4: 6, 7: 27, 8: 27, 21: 29, 28: 30 });
  });

  it('app background, background tasks (4.3)', () => {
    holds(needsOf({ mode: 'background' }), 'appExpired', around({ appInForeground: false }), {});
    holds(needsOf({ mode: 'any' }), 'appExpired', around({ appInForeground: false }), {});
  });

  it.each(['foreground', 'background'] as const)('app in the foreground again, a %s task (4.2)', (mode) => {
    holds(needsOf({ mode }), 'appEntered', around(), { 6: 4, 27: 7, 29: 21, 30: 28 });
  });

  it('network lost (4.4)', () => {
    holds(needsOf({}), 'linkChanged', around({ link: offline }), { 4: 7, 21: 28, 6: 27, 29: 30 });
    holds(needsOf({ network: 'any' }), 'linkChanged', around({ link: offline }), { 4: 7, 21: 28, 6: 27, 29: 30 });
  });

  it('network there, but not suitable (4.4)', () => {
    holds(needsOf({}), 'linkChanged', around({ link: cellular }), { 4: 8, 21: 28, 6: 27, 29: 30 });
  });

  it('network suitable (4.5)', () => {
    holds(needsOf({}), 'linkChanged', around(), { 7: 4, 8: 4, 28: 21, 27: 6, 30: 29 });
  });

  it.each([wifi, cellular])('network changed, for tasks that ask for none in particular (Q3)', (link) => {
    // The first sweep puts them off, the second lets them go: nothing is left of it but what had been there before.
    holds(needsOf({ network: 'any' }), 'linkChanged', around({ link }), { 7: 4, 8: 4, 28: 21, 27: 6, 30: 29 });
  });

  it.each(['any', 'wifi', 'cellular'] as const)('network of another type, for tasks that ask for %s', (network) => {
    const other: Link = { type: 'other', metered: true, roaming: true };
    holds(needsOf({ network }), 'linkChanged', around({ link: other }), { 7: 4, 8: 4, 28: 21, 27: 6, 30: 29 });
  });

  it('user away (4.6)', () => {
    holds(needsOf({}), 'accountLeft', around({ accountActive: false }), { 4: 21, 7: 28, 8: 28, 6: 29, 27: 30 });
  });

  it('user back (4.6)', () => {
    holds(needsOf({}), 'accountReturned', around(), { 21: 4, 28: 7, 29: 6, 30: 27 });
  });

  it('an unsuitable network reads as none after the user was away (13)', () => {
    const needs = needsOf({});
    const there = around({ link: cellular });
    const away = reasonAfter(needs, 'unsuitable', 'accountLeft', { ...there, accountActive: false });
    expect(away).toBe('networkAccount');
    expect(reasonAfter(needs, away, 'accountReturned', there)).toBe('offline');
  });

  it('a task that started offline for an app in the background runs once the network is there (4.7)', () => {
    const away = around({ link: offline, appInForeground: false });
    expect(reasonAtStart(needsOf({}), away)).toBe('offline');
    expect(reasonAfter(needsOf({}), 'offline', 'linkChanged', { ...away, link: wifi })).toBe('queued');
  });
});

interface Blocked {
  readonly link: Link;
  readonly app: boolean;
  readonly account: boolean;
}

describe('documented, what blocks a task adds up', () => {
  const needs = needsOf({ rules: 'documented' });
  const codeOf = ({ link, app, account }: Blocked): number => {
    const network = link.type !== 'wifi';
    if (network) return app ? (account ? 30 : 27) : account ? 28 : link.type === 'offline' ? 7 : 8;
    return app ? (account ? 29 : 6) : account ? 21 : 4;
  };
  const all: Blocked[] = [wifi, offline, cellular].flatMap((link) =>
    [false, true].flatMap((app) => [false, true].map((account) => ({ link, app, account }))),
  );
  const whereOf = ({ link, app, account }: Blocked) => around({ link, appInForeground: !app, accountActive: !account });

  for (const before of all) {
    const changes: readonly (readonly [Happening, Blocked])[] = [
      ...[wifi, offline, cellular]
        .filter((link) => link !== before.link)
        .map((link) => ['linkChanged', { ...before, link }] as const),
      [before.app ? 'appEntered' : 'appExpired', { ...before, app: !before.app }],
      [before.account ? 'accountReturned' : 'accountLeft', { ...before, account: !before.account }],
    ];
    for (const [happening, after] of changes) {
      it(`${codeOf(before)} on ${before.link.type} becomes ${codeOf(after)} when ${happening} to ${after.link.type}`, () => {
        const reason = reasonAfter(needs, word(codeOf(before)), happening, whereOf(after));
        expect(reasons[reason].code).toBe(codeOf(after));
      });
    }
  }

  it('every gate is looked at when one clears (4.7)', () => {
    const away = around({ link: offline, appInForeground: false });
    expect(reasonAtStart(needs, away)).toBe('offline');
    expect(reasonAfter(needs, 'offline', 'linkChanged', { ...away, link: wifi })).toBe('appBackground');
  });

  it('a background task is never kept back by its app', () => {
    const background = needsOf({ rules: 'documented', mode: 'background' });
    const away = around({ appInForeground: false });
    expect(reasonAtStart(background, away)).toBe('queued');
    for (const code of [4, 7, 8, 21, 28]) {
      expect(reasonAfter(background, word(code), 'appExpired', away)).toBe(word(code));
    }
  });

  it('a queued task goes on during the grace of its app', () => {
    const grace = around({ appInForeground: false });
    expect(reasonAfter(needs, 'queued', 'linkChanged', grace)).toBe('queued');
  });
});

describe.each(['documented', 'device'] as const)('at a start by the rules of %s', (rules) => {
  it('the network is looked at before the app', () => {
    const needs = needsOf({ rules });
    expect(reasonAtStart(needs, around())).toBe('queued');
    expect(reasonAtStart(needs, around({ link: offline, appInForeground: false }))).toBe('offline');
    expect(reasonAtStart(needs, around({ link: cellular, appInForeground: false }))).toBe('unsuitable');
    expect(reasonAtStart(needs, around({ appInForeground: false }))).toBe('appBackground');
  });
});

it.each([
  [4, 'queueFull'],
  [7, 'networkNotMatch'],
  [8, 'networkNotMatch'],
  [6, 'appBackground'],
  [21, 'userInactivated'],
  [27, 'queueFull'],
  [28, 'queueFull'],
  [29, 'queueFull'],
  [30, 'queueFull'],
])('reason %i is told as %s (6.5)', (code, told) => {
  expect(waitingReason(word(code))).toBe(told);
});
