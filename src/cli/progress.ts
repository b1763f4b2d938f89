import { statSync } from 'node:fs';
import type { State } from '../../machines/vocabulary.ts';
import { stateWord } from '../api/constants.ts';
import type { TaskInfo } from '../api/types.ts';

export function stateOf({ progress }: TaskInfo): State {
  return stateWord(progress.state) ?? 'removed';
}

export function isActive(state: State): boolean {
  return state === 'waiting' || state === 'running' || state === 'retrying';
}

export function isEnded(state: State): boolean {
  return state === 'completed' || state === 'failed' || state === 'stopped' || state === 'removed';
}

/** Bytes of all files; `total` −1 while unknown. */
export function amountOf({ progress: { index, processed, sizes } }: TaskInfo): { done: number; total: number } {
  const total = sizes.some((size) => size < 0) ? -1 : sum(sizes);
  return { done: sum(sizes.slice(0, index)) + processed, total };
}

/** Of a file on disk; null for what is no file, or may not be looked at. */
export function bytesAt(path: string): number | null {
  try {
    const stat = statSync(path);
    return stat.isFile() ? stat.size : null;
  } catch {
    return null;
  }
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all + size, 0);
}
