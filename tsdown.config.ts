import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    machines: 'machines/index.ts',
    sim: 'src/sim/index.ts',
    node: 'src/runtime.ts',
    cli: 'src/cli/main.ts',
  },
  format: 'esm',
  platform: 'neutral',
  // `longshore/node` and the command line need them; that nothing else does is a test's to say.
  external: [/^node:/],
  target: 'node20',
  dts: true,
  clean: true,
});
