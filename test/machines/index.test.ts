import { describe, expect, it } from 'vitest';

// Charts are built as they are loaded. They are loaded here by the tests themselves, so that one that cannot be built
// fails a test; where a file imports it, the file has no tests at all.
const load = async () => (await import('../../machines/index.ts')).machines;

describe('every chart', () => {
  it('has a name of its own, which is that in the list', async () => {
    const machines = await load();

    expect(Object.values(machines).map(({ id }) => id)).toEqual(Object.keys(machines));
  });

  it('never ends, and calls nobody', async () => {
    for (const machine of Object.values(await load())) {
      const nodes = Object.values(machine.states);
      for (const node of nodes) {
        expect(node.type).not.toBe('final');
        expect(node.invoke).toEqual([]);
        nodes.push(...Object.values(node.states));
      }
      expect(nodes.length).toBeGreaterThan(0);
    }
  });
});
