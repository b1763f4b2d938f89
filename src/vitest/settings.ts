import type { DeviceOptions } from '../harmony/device.ts';

export interface LongshoreOptions extends Omit<DeviceOptions, 'clock' | 'store'> {
  /** What a run on a device is asked for by `-s`: `class`, `notClass`, `level`, `size`, `testType`, `timeout`, `stress` … */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** What the plugin hands to the processes that run test files. */
export interface Settings {
  readonly options: LongshoreOptions;
  /** Where files are named from in a replay command. */
  readonly directory: string;
  /** Does somebody else say how to replay a failure? */
  readonly isReported: boolean;
}

declare module 'vitest' {
  interface ProvidedContext {
    longshore: Settings;
  }
}
