import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Content } from '../../src/adapters/transport/content.ts';
import { partOf } from '../../src/adapters/transport/content.ts';
import type { StoredTask } from '../../src/ports/store.ts';
import { firstContent } from './kill-journal.ts';
import type { Entry, Ledger } from './kill-ledger.ts';
import type { KillServer, Version } from './kill-server.ts';

/**
 * What must be true of the files of an app whose process was killed:
 *
 * - a file that no task was created for is as it was; at most an empty one is left of a `create` without an answer;
 * - a completed download is one version, whole; every other one a beginning of one version;
 * - the validator that the next request will name belongs to the bytes that are on disk.
 */
export function checkFiles(directory: string, ledger: Ledger, stored: readonly StoredTask[], server: KillServer): void {
  const app = join(directory, 'app');
  const owners = new Map<string, Entry>();
  for (const entry of ledger.entries.values()) {
    if (entry.config.saveas !== undefined) owners.set(entry.config.saveas.slice('./'.length), entry);
  }
  const tasks = new Map(stored.map((task) => [task.record.spec.title, task]));
  const names = readdirSync(app);
  for (const name of names) {
    const bytes = readFileSync(join(app, name));
    const owner = owners.get(name);
    if (owner !== undefined) checkDownload(owner, tasks.get(owner.title), bytes, server);
    else if (ledger.interrupted.has(name)) mustBe(bytes.length === 0, `${name} has bytes, and no task`);
    else if (/^(old|send)-/.test(name)) mustBe(isWhole(bytes, firstContent(name)), `${name} has been changed`);
    else mustBe(false, `${name} (${bytes.length} bytes) belongs to nobody`);
  }
  for (const [name, { acknowledged, title }] of owners) {
    mustBe(!acknowledged || names.includes(name), `the target of ${title} has vanished`);
  }
}

function checkDownload(entry: Entry, task: StoredTask | undefined, bytes: Buffer, server: KillServer): void {
  const { title, config, acknowledged } = entry;
  const versions = server.versionsOf(new URL(config.url).pathname).map((version) => cut(version, entry));
  const life = task?.life;
  const etag = life?.headers.etag;
  const what = `${title} (${life?.state ?? 'gone'}, ${bytes.length} bytes, etag ${etag})`;
  if (etag !== undefined && bytes.length > 0) {
    const named = versions.find((version) => version.etag === etag);
    mustBe(named !== undefined && isBeginning(bytes, named.content), `${what} names another version than it has`);
  }
  if (life?.state === 'completed') {
    mustBe(
      versions.some(({ content }) => isWhole(bytes, content)),
      `${what} is no version`,
    );
    mustBe(life.processed === bytes.length && life.sizes[0] === bytes.length, `${what} counts wrong`);
    return;
  }
  // Killed before its `create` was over, a task finds what was there before; it will empty it when it begins.
  const isUntouched = !acknowledged && versions.length === 0;
  mustBe(
    bytes.length === 0 || isUntouched || versions.some(({ content }) => isBeginning(bytes, content)),
    `${what} is a beginning of nothing`,
  );
}

/** Whole files arrived; after a pause the rest of one, which begins in its middle. */
export function checkUploads(ledger: Ledger, stored: readonly StoredTask[], server: KillServer): void {
  for (const { record, life } of stored) {
    const { spec } = record;
    if (spec.action !== 'upload') continue;
    const { paused } = ledger.entryOf(spec.title);
    const arrived = server.uploadsAt(new URL(spec.url).pathname).map((bytes) => Buffer.from(bytes));
    const sent = spec.files.map(({ filename }) => firstContent(filename));
    for (const bytes of arrived) {
      const fits = sent.some((file) => isWhole(bytes, file) || (paused && isEnd(bytes, file)));
      mustBe(fits, `${spec.title} sent ${bytes.length} bytes that are no file of its own`);
    }
    // A task without a byte to send is complete without a request, and a paused one with its last byte.
    if (life.state !== 'completed' || paused || sent.every(({ size }) => size === 0)) continue;
    for (const file of sent) {
      mustBe(
        arrived.some((bytes) => isWhole(bytes, file)),
        `${spec.title} is completed, and ${file.size} bytes of it never arrived`,
      );
    }
  }
}

/** The part of a version that the task wants. */
function cut({ etag, content }: Version, { config: { begins = 0, ends = -1 } }: Entry): Version {
  const end = ends < 0 ? content.size : Math.min(ends + 1, content.size);
  return { etag, content: partOf(content, begins, Math.max(0, end - begins)) };
}

function isBeginning(bytes: Buffer, { size, bytesAt }: Content): boolean {
  return bytes.length <= size && bytes.equals(bytesAt(0, bytes.length));
}

function isEnd(bytes: Buffer, { size, bytesAt }: Content): boolean {
  return bytes.length <= size && bytes.equals(bytesAt(size - bytes.length, bytes.length));
}

function isWhole(bytes: Buffer, content: Content): boolean {
  return bytes.length === content.size && isBeginning(bytes, content);
}

function mustBe(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
