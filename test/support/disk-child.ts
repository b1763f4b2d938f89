/** A process that meets the disk as another user, or under a limit, and prints the trouble it gets. */
import { createDiskFiles } from '../../src/adapters/files/disk.ts';
import { FileTrouble } from '../../src/ports/files.ts';

const files = createDiskFiles();
const [script, path = ''] = process.argv.slice(2);

async function tell(what: string, act: () => unknown): Promise<void> {
  const outcome = await Promise.resolve()
    .then(act)
    .then(() => 'works')
    .catch((trouble) => (trouble instanceof FileTrouble ? trouble.kind : String(trouble)));
  console.log(`${what} ${outcome}`);
}

async function modes(): Promise<void> {
  console.log(JSON.stringify(files.look(path)));
  await tell('touch', () => files.touch(path));
  await tell('touch beside', () => files.touch(`${path}.new`));
  await tell('truncate', () => files.truncate(path));
  await tell('unlink', () => files.unlink(path));
  await tell('writer', () => files.writer(path, 0));
  await tell('reader', () => files.reader(path, 0, 0)[Symbol.asyncIterator]().next());
  console.log(`look below ${files.look(`${path}.directory/file`).kind}`);
}

async function fill(): Promise<void> {
  const writer = await files.writer(path, 0);
  for (let place = 0, piece = 0; piece < 20; piece++) {
    const count = 300_000 + piece;
    const start = place;
    await tell('write', () => writer.write(Uint8Array.from({ length: count }, (_, at) => (start + at) % 251)));
    place += count;
  }
  await tell('close', () => writer.close());
}

await (script === 'modes' ? modes() : fill());
