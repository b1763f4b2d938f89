import { refuse } from './failure.ts';
import { isWithin } from './names.ts';
import type { Right } from './settings.ts';
import type { Hand } from './visit.ts';

export function isDenied({ library }: Hand, path: string, right: Right): boolean {
  return library.rules.some((rule) => isWithin(path, rule.path) && rule.denied.includes(right));
}

/** @throws 40310 */
export function checkRight(hand: Hand, path: string, right: Right): void {
  if (isDenied(hand, path, right)) throw refuse(40310);
}

/** May a file be saved here? A whole library and one folder refuse in different words. @throws 40310, 4033017 */
export function checkSaving(hand: Hand, path: string): void {
  if (isDenied(hand, '', 'write')) throw refuse(40310);
  if (isDenied(hand, path, 'write')) throw refuse(4033017);
}

/** @throws 403154, 403311, 403312 */
export function checkUnlocked(hand: Hand, path: string): void {
  switch (lockOn(hand, (locked) => locked === path)) {
    case 'exclusive':
      throw refuse(403154);
    case 'edited':
      throw refuse(403311);
    case 'editedTogether':
      throw refuse(403312);
  }
}

/** The first lock of somebody else among these paths. */
export function lockOn({ library, member }: Hand, isMeant: (path: string) => boolean) {
  return library.locks.find(({ path, by }) => by !== member && isMeant(path))?.kind;
}
