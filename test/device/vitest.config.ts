import { defineConfig } from 'vitest/config';
import { longshore } from '../../src/vitest/plugin.ts';

/** The suites use ports of their own, so they may run beside each other. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [longshore()],
  test: { include: ['*.test.ets'], maxWorkers: 2, fileParallelism: true },
});
