import { Action, Mode, Network } from '../api/constants.ts';
import { serverOrigin } from '../sim/world.ts';
import { placeOf } from './places.ts';
import type { CreateStep } from './steps.ts';
import { type WireName, wireOf } from './wires.ts';

/** One member of a config: its value, and how a program writes it. */
export type Member = readonly [key: string, value: unknown, code?: string];

export interface ConfigOptions {
  readonly wire: WireName | null;
  /** Which creation of the story it is, from 1 on: downloads need files of their own. */
  readonly ordinal: number;
  readonly url?: string | undefined;
}

export const uploadUrl = `${serverOrigin}/upload`;
export const downloadUrl = `${serverOrigin}/file`;
/** Every upload of a story sends it, unless something is to be wrong with the file. */
export const sourceName = 'source.bin';
const token = 'a secret token';

/** The file that a create names, as the app writes it. */
export function pathOf({ place, action }: CreateStep, ordinal: number): string {
  const path = placeOf(place, action)?.path ?? '';
  return place === 'usable' && action === 'download' && ordinal > 1 ? `file${ordinal}.bin` : path;
}

/** The members of a config, in the order of the documentation. */
export function membersOf(step: CreateStep, options: ConfigOptions): readonly Member[] {
  return step.api === 'agent' ? agentMembers(step, options) : legacyMembers(step, options);
}

/** The config itself. */
export function configOf(step: CreateStep, options: ConfigOptions): Record<string, unknown> {
  return Object.fromEntries(membersOf(step, options).map(([key, value]) => [key, value]));
}

function agentMembers(step: CreateStep, { wire, ordinal, url }: ConfigOptions): readonly Member[] {
  const { action, mode, place, variant } = step;
  const path = pathOf(step, ordinal);
  const members: Member[] =
    action === 'download'
      ? [
          ['action', Action.DOWNLOAD, 'agent.Action.DOWNLOAD'],
          ['url', url ?? downloadUrl],
          ['saveas', written(path)],
        ]
      : [
          ['action', Action.UPLOAD, 'agent.Action.UPLOAD'],
          ['url', url ?? uploadUrl],
          ['data', [{ name: 'file', value: { path: written(path) } }]],
        ];
  if (mode === 'foreground') members.push(['mode', Mode.FOREGROUND, 'agent.Mode.FOREGROUND']);
  if (placeOf(place, action)?.overwrite === true) members.push(['overwrite', true]);
  if (variant === 'token') members.push(['token', token]);
  if (variant === 'wifiOnly') members.push(['network', Network.WIFI, 'agent.Network.WIFI']);
  if (variant === 'wifiOnly' || variant === 'noRetry') members.push(['retry', false]);
  if (wire !== null) members.push(...Object.entries(wireOf(wire).config ?? {}));
  return members;
}

function legacyMembers(step: CreateStep, { ordinal, url }: ConfigOptions): readonly Member[] {
  const path = pathOf(step, ordinal);
  if (step.action === 'download') {
    return [
      ['url', url ?? downloadUrl],
      ['filePath', written(path)],
    ];
  }
  const uri = path.startsWith('/') ? path : `internal://cache/${path}`;
  return [
    ['url', url ?? uploadUrl],
    ['header', {}],
    ['method', 'PUT'],
    ['files', [{ filename: 'file.bin', name: 'file', uri, type: 'bin' }]],
    ['data', step.variant === 'dataNoArray' ? {} : []],
  ];
}

function written(path: string): string {
  return path.startsWith('/') ? path : `./${path}`;
}
