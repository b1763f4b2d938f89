/**
 * An engine's worth of commits, to be killed at any time: prints `opening`, then each number once it is committed;
 * or the kind of trouble that keeps it from opening.
 * Commit n creates task n and tells task n − 1 its successor, so that half a commit could be seen.
 */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/adapters/store/sqlite.ts';
import { StoreTrouble } from '../../src/ports/store.ts';
import { created, life, record } from './stored.ts';

const say = (line: string | number) => writeSync(1, `${line}\n`);

say('opening');
const store = open(process.argv[2] ?? '');
for (let seq = [...store.load()].length + 1; ; seq++) {
  const successor = {
    type: 'task.changed',
    tid: record(seq - 1).tid,
    was: life({ processed: 0 }),
    life: life({ processed: seq }),
  } as const;
  store.commit([created({ record: record(seq), life: life({ processed: 0 }) }), ...(seq > 1 ? [successor] : [])]);
  say(seq);
}

function open(path: string) {
  try {
    return openSqliteStore(path);
  } catch (trouble) {
    if (trouble instanceof StoreTrouble) say(trouble.kind);
    process.exit();
  }
}
