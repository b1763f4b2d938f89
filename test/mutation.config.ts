import { defineConfig } from 'vitest/config';

/** The tests that hold the charts, for `npm run mutation`: fast ones, since most mutants of a chart need all of them. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['test/machines/*.test.ts', 'test/engine/matrix.test.ts', 'test/rules/differences.test.ts'],
    bail: 1,
  },
});
