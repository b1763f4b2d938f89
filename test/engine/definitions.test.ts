import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { machines } from '../../machines/index.ts';
import { compile, type Definition, type Table } from '../../src/engine/compile.ts';

const root = resolve(import.meta.dirname, '../..');

/** The charts as a bundle has them that leaves the interpreter out. */
async function bundledCharts(): Promise<Readonly<Record<string, Definition>>> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'machines/index.ts')],
    alias: { xstate: join(root, 'src/engine/definitions.ts') },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
  });
  const [{ text } = { text: '' }] = outputFiles;
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)).machines;
}

it.each(Object.keys(machines))('%s: its tables are the same without XState', async (name) => {
  const charts = await bundledCharts();

  const bare = charts[name];

  expect(bare).toBeDefined();
  expect(shapeOf(compile(bare as Definition))).toEqual(shapeOf(compile(machines[name as keyof typeof machines])));
});

/** Everything but the functions, of which the text is compared. */
function shapeOf({ initial, entry, leaves }: Table): unknown {
  const ways = (list: readonly { guard: unknown; doing: readonly object[]; next: { value: string } }[]) =>
    list.map(({ guard, doing, next }) => ({ guard: guard !== null, doing: doing.map(kindOf), next: next.value }));
  return {
    initial: initial.value,
    entry: entry.map(kindOf),
    leaves: [...leaves.values()].map(({ value, on, always }) => ({
      value,
      always: ways(always),
      on: [...on].map(([event, list]) => [event, ways(list)]),
    })),
  };
}

function kindOf(doing: object): string {
  return (doing as { readonly type: string }).type;
}
