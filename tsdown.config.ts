import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'tsdown';

/** The vitest plugin finds each module of the device as a file of its own. */
const device = readdirSync(new URL('src/harmony', import.meta.url))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replace(/\.ts$/, ''));

const common: UserConfig = {
  format: 'esm',
  platform: 'neutral',
  // `longshore/node`, the device and the command line need them; that nothing else does is a test's to say.
  external: [/^node:/, /^vitest($|\/)/, 'vite', 'esbuild'],
  target: 'node20',
  dts: true,
};

/** Who only steps charts carries their definitions, and no interpreter. */
const definitions = fileURLToPath(new URL('src/engine/definitions.ts', import.meta.url));
const withoutInterpreter = {
  name: 'longshore:definitions',
  resolveId: {
    order: 'pre',
    handler: (id: string, importer?: string) =>
      id === 'xstate' && importer?.endsWith('.d.ts') === false ? definitions : null,
  },
} as const;

const machines = defineConfig({ ...common, entry: { machines: 'machines/index.ts' }, clean: false });

const everythingElse = defineConfig({
  ...common,
  plugins: [withoutInterpreter],
  clean: true,
  entry: {
    index: 'src/index.ts',
    sim: 'src/sim/index.ts',
    node: 'src/runtime.ts',
    errors: 'src/errors/index.ts',
    repro: 'src/repro/index.ts',
    fuzz: 'src/fuzz/index.ts',
    'fuzz/vitest': 'src/fuzz/vitest/index.ts',
    'fuzz/worker': 'src/fuzz/node/worker.ts',
    conformance: 'src/conformance/index.ts',
    cloud: 'src/cloud/index.ts',
    'cloud/http': 'src/cloud/http.ts',
    cli: 'src/cli/main.ts',
    vitest: 'src/vitest/plugin.ts',
    'vitest/setup': 'src/vitest/setup.ts',
    'vitest/runner': 'src/vitest/runner.ts',
    // Their tables are shown in docs/reference.
    'harmony/cache-download/differences': 'src/harmony/cache-download/differences.ts',
    'harmony/system-request/differences': 'src/harmony/system-request/differences.ts',
    ...Object.fromEntries(device.map((name) => [`harmony/${name}`, `src/harmony/${name}.ts`])),
  },
});

export default [everythingElse, machines].flat();
