import { describe, expect, it } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../../../src/adapters/store/memory.ts';
import { kindOf, storeContract } from '../../contracts/store.ts';
import { created, life, record } from '../../support/stored.ts';

storeContract('the memory store', () => {
  let store: MemoryStore | undefined;
  return {
    open: () => {
      store = store === undefined ? createMemoryStore() : store.reopen();
      return store;
    },
    crash: () => {
      store = store?.crash() ?? createMemoryStore();
      return store;
    },
    dispose: () => undefined,
  };
});

describe('the memory store', () => {
  it('kills the old handle in a crash', () => {
    const store = createMemoryStore();
    const after = store.crash();

    expect(kindOf(() => store.load())).toBe('closed');
    expect(kindOf(() => store.crash())).toBe('closed');
    store.close();

    expect(kindOf(() => after.reopen())).toBe('busy');
  });

  it('fails the next commit as told, writes nothing of it, and takes the one after', () => {
    const store = createMemoryStore();
    const change = created({ record: record(1), life: life() });
    store.failNext('full');

    expect(kindOf(() => store.commit([change]))).toBe('full');
    expect([...store.load()]).toEqual([]);
    store.commit([change]);

    expect([...store.load()]).toHaveLength(1);
  });
});
