/** Fuzzing of code that uploads and downloads: worlds drawn at random, failures made small. Runs in browsers too. */
export * from './bundle.ts';
export { type CommandSettings, fuzzCommands, type StepCommand } from './commands.ts';
export { type Coverage, coverageOf, coverageText, mergeCoverage, missing, unreachableCells } from './coverage.ts';
export { coveragePage } from './coverage-page.ts';
export {
  type Find,
  type FuzzOptions,
  failureOf,
  fuzz,
  fuzzShard,
  type RunReport,
  roundRuns,
  type Shard,
} from './fuzz.ts';
export { type CampaignRun, InvariantError, type Thrown } from './invariant-error.ts';
export { play } from './play.ts';
export * from './ready.ts';
export { type Replayed, type ReplayOptions, record, replay, replayText } from './replay.ts';
export { anyScript, anyStep, type ScriptSettings } from './scripts.ts';
export { Session, type SessionOptions } from './session.ts';
export { type ShrinkOptions, type Shrunk, shrink } from './shrink.ts';
export { stepText } from './steps.ts';
export { storyText } from './story.ts';
export type * from './types.ts';
export { defaultWorld, scriptOf } from './world-settings.ts';
