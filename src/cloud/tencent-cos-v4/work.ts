import type { Draft } from 'immer';
import type { Call } from '../service.ts';
import type { Fields } from './fields.ts';
import type { Target } from './paths.ts';
import type { Data } from './replies.ts';
import type { Settings } from './settings.ts';
import type { State } from './state.ts';

/** A permitted request on its way to an operation. */
export interface Work {
  readonly state: Draft<State>;
  readonly call: Call<Settings>;
  readonly target: Target;
  readonly fields: Fields;
}

/** Answers `data`; null for none. @throws Refusal */
export type Operation = (work: Work) => Data | null;
