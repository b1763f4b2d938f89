import { setData } from './data.ts';
import { setRunParameters } from './parameters.ts';
import { heedStrays } from './strays.ts';

/** How to run one case of a file again. */
export type Replay = (file: string, place: string) => string;

export interface HypiumRun {
  readonly parameters: Readonly<Record<string, string>>;
  readonly replay: Replay;
  /** Does the report of the run say how to replay a failure? Else the case does. */
  readonly isReported: boolean;
}

let run: HypiumRun | null = null;

/** A test file begins: nothing of the one before it is left. */
export function startHypium(next: HypiumRun): void {
  run = next;
  setRunParameters(next.parameters);
  setData({});
  heedStrays();
}

/** The run that this test file belongs to; null without the plugin. */
export function hypiumRun(): HypiumRun | null {
  return run;
}
