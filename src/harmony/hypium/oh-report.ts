import type { Outcome } from './run.ts';

/** Codes of a case in the report. @source neighbours.md 1.5 */
export const codes: Readonly<Record<Outcome, number>> = { pass: 0, error: -1, failure: -2, ignored: -3 };

/** How the cases of a run ended. */
export type Counts = Readonly<Record<Outcome, number>>;

/** One case, as the report of a device tells it. */
export interface ReportedCase {
  readonly suite: string;
  readonly name: string;
  /** From 1. */
  readonly current: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** Empty for a case that passed. */
  readonly message: string;
}

/** The lines that a test run of a device prints. @source neighbours.md 1.7 */
// biome-ignore lint/complexity/noStaticOnlyClass: a class on a device
export class OhReport {
  static caseStarted({ suite, name, current }: Pick<ReportedCase, 'suite' | 'name' | 'current'>): string[] {
    return [...head(suite, name, current), 'OHOS_REPORT_STATUS_CODE: 1', ''];
  }

  static caseEnded({ suite, name, current, durationMs, outcome, message }: ReportedCase): string[] {
    const stream = message === '' ? [] : [`OHOS_REPORT_STATUS: stream=${message.replaceAll('\n', ' ')}`];
    return [
      ...head(suite, name, current),
      `OHOS_REPORT_STATUS: consuming=${Math.round(durationMs)}`,
      ...stream,
      `OHOS_REPORT_STATUS_CODE: ${codes[outcome]}`,
      '',
    ];
  }

  static ended(counts: Counts, isGood: boolean): string[] {
    const { pass, failure, error, ignored } = counts;
    const run = pass + failure + error + ignored;
    return [
      `OHOS_REPORT_RESULT: stream=Tests run: ${run}, Failure: ${failure}, Error: ${error}, Pass: ${pass}, Ignore: ${ignored}`,
      `OHOS_REPORT_CODE: ${isGood ? 0 : -1}`,
    ];
  }
}

function head(suite: string, name: string, current: number): string[] {
  return [
    `OHOS_REPORT_STATUS: class=${suite}`,
    `OHOS_REPORT_STATUS: test=${name}`,
    `OHOS_REPORT_STATUS: current=${current}`,
  ];
}
