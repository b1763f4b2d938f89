import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { lockStore, type WriterLock } from '../../adapters/store/lock.ts';
import { StoreTrouble } from '../../ports/store.ts';
import { liveBlobs } from '../live-blobs.ts';
import { type DiskBlobs, openDiskBlobs } from './disk-blobs.ts';

/** What a server keeps between two lives: `state.json` and `blobs/`, in a directory that no other server may use. */
export interface DataDirectory {
  readonly blobs: DiskBlobs;
  /** What the last life left; null for a new directory. */
  readonly state: KeptState | null;
  /**
   * Answers when this state, or a later one, is on disk; while one is being written, only the last of those that come is
   * written next. It outlives the process, not a power cut.
   * @throws what the disk throws
   */
  save(state: KeptState): Promise<void>;
  /** Saves the last state (null: there is none), and lets other servers in. @throws what the disk throws */
  close(state: KeptState | null): Promise<void>;
}

const stateSchema = v.looseObject({ serial: v.number(), service: v.record(v.string(), v.unknown()) });
const fileSchema = v.strictObject({ version: v.literal(1), service: v.string(), state: stateSchema });

/** Whatever a service has in its state. */
export interface KeptState {
  readonly serial: number;
  readonly service: object;
}

/** A directory that cannot serve: another server has it, or what is in it is not what a server of this service left. */
export class DataError extends Error {
  override readonly name = 'DataError';
}

/** @throws DataError; what the disk throws */
export function openDataDirectory(directory: string, service: string): DataDirectory {
  const lock = locked(directory); // makes the directory, too
  try {
    const path = join(directory, 'state.json');
    const blobs = openDiskBlobs(join(directory, 'blobs'));
    const state = readState(path, service);
    for (const blob of liveBlobs(state).values()) {
      if (!blobs.has(blob)) throw new DataError(`${path} names the blob ${blob.id}, which blobs/ does not hold`);
    }
    return new OpenDirectory(path, { service, blobs, state, lock });
  } catch (trouble) {
    lock.release();
    throw trouble;
  }
}

class OpenDirectory implements DataDirectory {
  readonly blobs: DiskBlobs;
  readonly state: KeptState | null;
  readonly #path: string;
  readonly #service: string;
  readonly #lock: WriterLock;
  #writing: Promise<void> | null = null;
  /** The one to be written next, with the promise of all who wait for it. */
  #next: { state: KeptState; readonly written: Promise<void> } | null = null;

  constructor(
    path: string,
    rest: { readonly service: string; readonly lock: WriterLock } & Pick<DataDirectory, 'blobs' | 'state'>,
  ) {
    this.#path = path;
    this.#service = rest.service;
    this.#lock = rest.lock;
    this.blobs = rest.blobs;
    this.state = rest.state;
  }

  save(state: KeptState): Promise<void> {
    if (this.#next !== null) {
      this.#next.state = state;
      return this.#next.written;
    }
    const before = this.#writing ?? Promise.resolve();
    const written = before.catch(() => {}).then(() => this.#writeNext());
    this.#next = { state, written };
    return written;
  }

  async close(state: KeptState | null): Promise<void> {
    try {
      if (state !== null) await this.save(state);
    } finally {
      this.#lock.release();
    }
  }

  async #writeNext(): Promise<void> {
    const next = this.#next;
    if (next === null) return;
    this.#next = null;
    this.#writing = next.written;
    const temporary = `${this.#path}.part`;
    const text = JSON.stringify({ version: 1, service: this.#service, state: next.state });
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, this.#path);
  }
}

function locked(directory: string): WriterLock {
  try {
    return lockStore(join(directory, 'server'));
  } catch (trouble) {
    if (!(trouble instanceof StoreTrouble) || trouble.kind !== 'busy') throw trouble;
    throw new DataError(`another server works on ${directory}`, { cause: trouble });
  }
}

function readState(path: string, service: string): KeptState | null {
  const text = textAt(path);
  if (text === null) return null;
  const { success, output } = v.safeParse(fileSchema, parsed(text));
  if (!success) throw new DataError(`${path} is not what a server of this version left`);
  if (output.service !== service) throw new DataError(`${path} is of ${output.service}, not of ${service}`);
  return output.state;
}

function textAt(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (trouble) {
    if (trouble instanceof Error && 'code' in trouble && trouble.code === 'ENOENT') return null;
    throw trouble;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
