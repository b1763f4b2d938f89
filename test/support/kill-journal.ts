import { join } from 'node:path';
import { type Content, generateContent } from '../../src/adapters/transport/content.ts';
import type { AppOptions } from '../../src/api/task-engine.ts';
import type { Config } from '../../src/api/types.ts';

/** What the process that will be killed is told. */
export interface Plan {
  readonly directory: string;
  readonly origin: string;
  readonly seed: string;
  /** Names of new tasks begin with it. */
  readonly name: string;
  /** Where it kills itself; null: somebody else does it. */
  readonly death: { readonly step: Step; readonly count: number } | null;
}

/** What an engine does to the world, or hears of it: the instants between which a crash must not be seen. */
export const acts = [
  'commit',
  'touch',
  'truncate',
  'unlink',
  'writer',
  'write',
  'close',
  'responded',
  /** A response of another version than the one that is half there. */
  'anew',
  'finished',
  'cancelled',
] as const;
export type Step = `${'before' | 'after'} ${(typeof acts)[number]}`;

export type Call =
  | { readonly op: 'create'; readonly config: Config }
  | { readonly op: 'start' | 'pause' | 'resume' | 'stop' | 'remove' | 'show'; readonly tid: string }
  | { readonly op: 'setMaxSpeed'; readonly tid: string; readonly bytesPerSecond: number }
  /** `collectGarbage` of the engine. */
  | { readonly op: 'collect' };

/** One line of the journal. What came of a call stands behind it: calls are made one after the other. */
export type Line =
  | { readonly say: 'opening' | 'opened' }
  | { readonly say: 'about'; readonly call: Call }
  | { readonly say: 'acknowledged'; readonly tid: string }
  | { readonly say: 'refused'; readonly code: number }
  | { readonly say: 'heard'; readonly event: 'completed' | 'failed'; readonly tid: string };

export const limits = { backgroundTasksMax: 10 };

export function appOf(directory: string): AppOptions {
  return { bundle: 'com.example.killed', uid: 20_010_001, roots: [join(directory, 'app')] };
}

export function storeOf(directory: string): string {
  return join(directory, 'store', 'tasks.db');
}

/** Files that are there before the first task, for tasks that want to overwrite them, and those that may not. */
export const oldNames: readonly string[] = Array.from({ length: 8 }, (_, at) => `old-${at}`);
export const uploadNames: readonly string[] = Array.from({ length: 5 }, (_, at) => `send-${at}`);

/** What such a file holds at first; files to upload keep it. */
export function firstContent(name: string): Content {
  const at = Number(name.slice(name.indexOf('-') + 1));
  return generateContent(name, name.startsWith('old') ? 1_000 + at : ([0, 10, 70_000, 400_000, 1_000_000][at] ?? 0));
}
