import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Store, type StoredTask, StoreTrouble } from '../../src/ports/store.ts';
import { created, life, record } from '../support/stored.ts';

/** One place for one store. */
export interface StoreStage {
  /** Opens it for writing, as one more engine would. */
  open(): Store;
  /** Lets the engine that has it open die without a word, and opens it again. */
  crash(): Store;
  dispose(): void;
}

export function storeContract(name: string, makeStage: () => StoreStage): void {
  describe(`the store contract, held by ${name}`, () => {
    let stage: StoreStage;
    let store: Store;
    const task = (seq: number): StoredTask => ({ record: record(seq), life: life() });

    beforeEach(() => {
      stage = makeStage();
      store = stage.open();
    });
    afterEach(() => stage.dispose());

    it('is empty at first', () => {
      expect([...store.load()]).toEqual([]);
    });

    it('gives back what was created, field by field', () => {
      store.commit([created(task(1))]);

      expect([...store.load()]).toEqual([task(1)]);
    });

    it('keeps numbers as they are, the large, the negative and the broken ones', () => {
      const numbers = {
        processed: Number.MAX_SAFE_INTEGER,
        mtimeMs: -1,
        ranMs: 12.5,
        maxSpeed: 2 ** 40,
        sizes: [2 ** 52],
      };
      const large = { record: record(1, { tid: '4294967295', uid: 2 ** 31, ctimeMs: 2 ** 45 }), life: life(numbers) };
      store.commit([created(large)]);

      expect([...store.load()]).toEqual([large]);
    });

    it('keeps empty texts, lists and maps, and texts beyond ASCII', () => {
      const odd = { record: record(1, { bundle: "o'r 🚢" }), life: life({ mimeType: '', sizes: [], headers: {} }) };
      store.commit([created(odd)]);

      expect([...store.load()]).toEqual([odd]);
    });

    it('loads in the order of creation, whatever the order of commits', () => {
      for (const seq of [3, 1, 10, 2]) store.commit([created(task(seq))]);

      expect([...store.load()].map(({ record: { seq } }) => seq)).toEqual([1, 2, 3, 10]);
    });

    it('changes the life of a task and nothing else', () => {
      store.commit([created(task(1)), created(task(2))]);
      const later = life({ state: 'completed', processed: 10, sizes: [10, 20], headers: {}, reason: 'user' });

      store.commit([{ type: 'task.changed', tid: task(2).record.tid, was: task(2).life, life: later }]);

      expect([...store.load()]).toEqual([task(1), { record: record(2), life: later }]);
    });

    it('forgets a task, whose tid may then be used again', () => {
      store.commit([created(task(1)), created(task(2))]);
      const { tid } = record(1);

      store.commit([{ type: 'task.forgotten', tid }]);
      expect([...store.load()]).toEqual([task(2)]);
      store.commit([created({ record: record(3, { tid }), life: life() })]);

      expect([...store.load()].map(({ record: { seq } }) => seq)).toEqual([2, 3]);
    });

    it('takes the changes of one commit in their order', () => {
      const { tid } = record(1);

      store.commit([
        created(task(1)),
        { type: 'task.changed', tid, was: task(1).life, life: life({ tries: 1 }) },
        { type: 'task.forgotten', tid },
        created(task(1)),
        { type: 'task.changed', tid, was: task(1).life, life: life({ tries: 4 }) },
      ]);

      expect([...store.load()]).toEqual([{ record: record(1), life: life({ tries: 4 }) }]);
    });

    it('takes a commit of nothing', () => {
      store.commit([]);

      expect([...store.load()]).toEqual([]);
    });

    it.each([
      ['a tid that is stored is created', created({ record: record(9, { tid: record(1).tid }), life: life() })],
      [
        'a task that is not stored is changed',
        { type: 'task.changed', tid: '404', was: life(), life: life({ tries: 1 }) } as const,
      ],
      ['a task that is not stored is forgotten', { type: 'task.forgotten', tid: '404' } as const],
    ])('writes nothing of a commit in which %s, and calls it a bug', (_, wrong) => {
      store.commit([created(task(1))]);

      const commit = () =>
        store.commit([created(task(2)), { type: 'task.forgotten', tid: record(1).tid }, created(task(1)), wrong]);

      expect(commit).toThrow('bug');
      expect(commit).not.toThrow(StoreTrouble);
      expect([...store.load()]).toEqual([task(1)]);
      store.commit([created(task(3))]);
      expect([...store.load()]).toEqual([task(1), task(3)]);
    });

    it('loads every task once that is there from beginning to end, whatever is committed meanwhile', () => {
      const count = 2_500;
      store.commit(Array.from({ length: count }, (_, at) => created(task(at + 1))));
      const seen: number[] = [];

      for (const { record: each } of store.load()) {
        seen.push(each.seq);
        if (each.seq === 1) store.commit([{ type: 'task.forgotten', tid: each.tid }, created(task(count + 1))]);
        if (each.seq === 2_000) store.commit([{ type: 'task.forgotten', tid: each.tid }]);
      }

      expect(seen.slice(0, count)).toEqual(Array.from({ length: count }, (_, at) => at + 1));
      expect([count, count + 1]).toContain(seen.length);
    });

    it('may be loaded by two at once, and left early', () => {
      store.commit([1, 2, 3].map((seq) => created(task(seq))));
      const [first, second] = [store.load(), store.load()].map((tasks) => tasks[Symbol.iterator]());

      expect([first?.next().value, second?.next().value, first?.next().value]).toEqual([task(1), task(1), task(2)]);
      store.close();

      expect([...stage.open().load()]).toHaveLength(3);
    });

    it('has everything after it was closed and opened again', () => {
      store.commit([created(task(1)), created(task(2))]);
      store.close();

      expect([...stage.open().load()]).toEqual([task(1), task(2)]);
    });

    it('has what was committed after a crash, and can be written at once', () => {
      store.commit([created(task(1))]);

      const after = stage.crash();

      expect([...after.load()]).toEqual([task(1)]);
      after.commit([created(task(2))]);
      expect([...after.load()]).toEqual([task(1), task(2)]);
    });

    it('refuses a second writer while the first is open, and leaves the first alone', () => {
      store.commit([created(task(1))]);

      for (const attempt of [1, 2])
        expect(
          kindOf(() => stage.open()),
          `attempt ${attempt}`,
        ).toBe('busy');

      store.commit([created(task(2))]);
      store.close();
      expect([...stage.open().load()]).toEqual([task(1), task(2)]);
    });

    it('refuses everything once it is closed, but for another close', () => {
      store.close();
      store.close();

      expect(kindOf(() => store.load())).toBe('closed');
      expect(kindOf(() => store.commit([created(task(1))]))).toBe('closed');
    });

    it('does not let go for somebody else when it is closed a second time', () => {
      store.close();
      stage.open();

      store.close();

      expect(kindOf(() => stage.open())).toBe('busy');
    });
  });
}

/** The kind of trouble that `act` meets. */
export function kindOf(act: () => unknown): StoreTrouble['kind'] | 'none' {
  try {
    act();
  } catch (trouble) {
    if (trouble instanceof StoreTrouble) return trouble.kind;
    throw trouble;
  }
  return 'none';
}
