import type { Draft } from 'immer';
import type { Call, CloudResponse } from '../service.ts';
import type { Parameters } from './parameters.ts';
import type { GokuaiSettings, Library, Limits } from './settings.ts';
import type { GokuaiState, LibraryFiles } from './state.ts';

/** Somebody who changes the files of a library. */
export interface Hand {
  readonly state: Draft<GokuaiState>;
  /** Index of the library. */
  readonly at: number;
  readonly library: Library;
  readonly files: Draft<LibraryFiles>;
  /** A name to show; the application is itself a member, unless it says for whom it acts. */
  readonly member: string;
  readonly nowMs: number;
  readonly limits: Limits;
}

/** A call to the API of a library by somebody who may make it. */
export interface Visit extends Hand {
  readonly call: Call<GokuaiSettings>;
  readonly parameters: Parameters;
  /** A person came with a token, an application with a signature. */
  readonly isPerson: boolean;
}

export function handOf(
  { state, settings, nowMs }: { state: Draft<GokuaiState>; settings: GokuaiSettings; nowMs: number },
  at: number,
  member: string,
): Hand | undefined {
  const library = settings.libraries[at];
  const files = state.libraries[at];
  if (library === undefined || files === undefined) return undefined;
  return { state, at, library, files, member, nowMs, limits: settings.limits };
}

/** A success; what it holds is JSON. */
export function reply({ settings }: Pick<Call<GokuaiSettings>, 'settings'>, body: object, status = 200): CloudResponse {
  const asString = (_: string, value: unknown) => (typeof value === 'number' ? String(value) : value);
  return {
    status,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify(body, settings.options.numbersAsStrings ? asString : undefined),
  };
}
