import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Half of the suite waits for sockets and child processes; more workers than cores only make them late.
    maxWorkers: 2,
  },
});
