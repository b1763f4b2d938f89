/**
 * An engine's worth of commits, to be killed at any time: prints `opening`, then each number once it is committed.
 * Commit n creates task n and tells task n − 1 its successor, so that half a commit could be seen.
 */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/adapters/store/sqlite.ts';
import { created, life, record } from './stored.ts';

const say = (line: string | number) => writeSync(1, `${line}\n`);

say('opening');
const store = openSqliteStore(process.argv[2] ?? '');
for (let seq = [...store.load()].length + 1; ; seq++) {
  const successor = { type: 'task.changed', tid: record(seq - 1).tid, life: life({ processed: seq }) } as const;
  store.commit([created({ record: record(seq), life: life({ processed: 0 }) }), ...(seq > 1 ? [successor] : [])]);
  say(seq);
}
