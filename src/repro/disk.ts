import type { Obstacle } from '../../machines/admission.ts';
import { errorCodes, type Rules } from '../../machines/vocabulary.ts';
import { createMemoryFiles, type MemoryFiles } from '../adapters/files/memory.ts';
import { appPlace } from '../api/paths.ts';
import { claimTarget } from '../api/target.ts';
import type { Caller } from '../api/validate.ts';
import { checkAgentConfig } from '../api/validate-agent.ts';
import { checkLegacyConfig } from '../api/validate-legacy.ts';
import { BusinessError } from '../errors.ts';
import { configOf, sourceName } from './configs.ts';
import { type DiskAct, placeOf } from './places.ts';
import type { CreateStep } from './steps.ts';
import type { WireName } from './wires.ts';

/** The app's cache directory in a world. */
export const root = '/data';
/** So that an upload on a slow wire takes a while. */
export const sourceBytes = 100_000;

/** Does to a disk in memory what `acts` say. */
export function prepare(disk: MemoryFiles, acts: readonly DiskAct[]): void {
  for (const act of acts) {
    const path = `${root}/${act.name}`;
    if (act.make === 'directory') disk.makeDirectory(path);
    else if (act.make === 'file') disk.write(path, 'old');
    else if (act.make === 'link') disk.makeLink(path, act.to.startsWith('/') ? act.to : `${root}/${act.to}`);
    else disk.setMode(path, { readable: act.readable, writable: act.writable });
  }
}

const verdicts = new Map<string, Obstacle | null>();

/** What the checks of the api find wrong with a call before any chart is asked; null for nothing. They alone know. */
export function obstacleOf(rules: Rules, step: CreateStep, wire: WireName | null): Obstacle | null {
  const key = JSON.stringify([rules, step.api, step.action, step.mode, step.place, step.variant, wire]);
  let verdict = verdicts.get(key);
  if (verdict === undefined) {
    verdict = judge(rules, step, wire);
    verdicts.set(key, verdict);
  }
  return verdict;
}

function judge(rules: Rules, step: CreateStep, wire: WireName | null): Obstacle | null {
  const files = createMemoryFiles();
  files.makeDirectory(root);
  files.write(`${root}/${sourceName}`, 'source');
  prepare(files, placeOf(step.place, step.action)?.acts ?? []);
  const caller: Caller = {
    rules,
    files,
    place: appPlace('com.example.app', [root]),
    sdk: 20,
    system: false,
    mayClearText: () => true,
    isWantAgent: () => true,
  };
  try {
    const { spec, rejection } = check(step, configOf(step, { wire, ordinal: 1 }), caller);
    if (spec.action === 'download') claimTarget(files, spec.target, rules);
    return rejection === null ? null : 'notCreatable';
  } catch (error) {
    if (!(error instanceof BusinessError)) throw error;
    if (error.code === errorCodes.FILE_IO) return 'fileUnusable';
    return error.code === errorCodes.FILE_PATH ? 'pathBad' : 'parametersWrong';
  }
}

function check(step: CreateStep, config: object, caller: Caller) {
  if (step.api === 'agent') return checkAgentConfig(config, caller);
  return checkLegacyConfig(step.action, config, caller);
}
