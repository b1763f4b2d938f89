import { runParameters } from './parameters.ts';

type Params = Readonly<Record<string, unknown>>;

/** What `Hypium.setData` takes. @source neighbours.md 1.7 */
export interface SuiteData {
  readonly describe: readonly string[];
  /** Repetitions of the whole suite. */
  readonly stress?: number;
  readonly params?: Params;
  readonly items?: readonly { readonly it: string; readonly stress?: number; readonly params?: readonly Params[] }[];
}

let suites: readonly SuiteData[] = [];

export function setData({ suites: given = [] }: { readonly suites?: readonly SuiteData[] }): void {
  suites = given;
}

export interface Repetitions {
  /** Is the case driven by data, or repeated? */
  readonly isDriven: boolean;
  /** The data of each run. */
  readonly runs: readonly (Params | undefined)[];
}

/** @param takesData  does the body declare a parameter for it? */
export function repetitionsOf(suite: string, name: string, takesData: boolean): Repetitions {
  const data = dataOf(suite);
  const item = data?.items?.find((each) => each.it === name);
  const stress = Math.max(1, item?.stress ?? runParameters().stress);
  const rows: readonly (Params | undefined)[] =
    takesData && item?.params !== undefined && item.params.length > 0
      ? item.params.map((row) => ({ ...row, ...data?.params }))
      : [data?.params];
  return {
    isDriven: stress > 1 || item?.params !== undefined,
    runs: Array.from({ length: stress }, () => rows).flat(),
  };
}

/** How often a suite runs. */
export function stressOf(suite: string): number {
  return Math.max(1, dataOf(suite)?.stress ?? 1);
}

function dataOf(suite: string): SuiteData | undefined {
  return suites.find(({ describe }) => describe.includes(suite));
}
