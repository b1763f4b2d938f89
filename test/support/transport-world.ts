import { expect } from 'vitest';
import type { MemoryFiles } from '../../src/adapters/files/memory.ts';
import { generateContent } from '../../src/adapters/transport/content.ts';
import type { FileServer, FileServerOptions } from '../../src/adapters/transport/file-server.ts';
import type { FaultRule } from '../../src/adapters/transport/internet.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type {
  DownloadJob,
  JobFile,
  Run,
  TransferJob,
  TransferReport,
  Transport,
  UploadJob,
} from '../../src/ports/transport.ts';

/** A transport, a disk, and one server that has two names. */
export interface TransportWorld {
  readonly transport: Transport;
  readonly files: MemoryFiles;
  readonly clock: Clock;
  readonly server: FileServer;
  readonly origin: string;
  readonly otherOrigin: string;
  /** An origin on the server's host where nobody listens. */
  readonly closedOrigin: string;
  /** A URL whose server never takes the call. */
  readonly hangingUrl: string;
  /** Lets time pass until the condition holds. */
  until(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly server?: FileServerOptions;
  readonly faults?: readonly FaultRule[];
}

export type OpenWorld = (options: WorldOptions) => Promise<TransportWorld>;

/** The directory of every world where files may be made. */
export const directory = '/files';
export const target = `${directory}/target`;

export const download: Omit<DownloadJob, 'url'> = {
  kind: 'download',
  tid: '1',
  method: 'GET',
  headers: {},
  redirect: true,
  redirectsMax: 30,
  proxy: '',
  maxSpeed: 0,
  connectTimeoutMs: 60_000,
  body: '',
  target,
  begins: 0,
  ends: -1,
  validator: null,
  size: -1,
  precise: false,
};

export const upload: Omit<UploadJob, 'url'> = {
  kind: 'upload',
  minSpeed: 0,
  tid: '1',
  method: 'PUT',
  headers: {},
  redirect: true,
  redirectsMax: 30,
  proxy: '',
  maxSpeed: 0,
  connectTimeoutMs: 60_000,
  encoding: 'raw',
  form: [],
  files: [],
};

/** One exchange as its caller hears it. */
export interface Heard {
  readonly run: Run;
  readonly reports: TransferReport[];
  readonly last: TransferReport | null;
}

export function listen(transport: Transport, job: TransferJob): Heard {
  const reports: TransferReport[] = [];
  const run = transport.open(job, (report) => reports.push(report));
  return {
    run,
    reports,
    get last() {
      const last = reports.at(-1);
      return last === undefined || last.type === 'responded' || last.type === 'received' ? null : last;
    },
  };
}

export function bytesReported(heard: Heard): number {
  return Math.max(0, ...heard.reports.map((report) => (report.type === 'received' ? report.bytes : 0)));
}

/** What a server has at the path. */
export function whole(path: string, size: number): Uint8Array {
  return generateContent(path, size).bytesAt(0, size);
}

/** `toEqual` looks at each byte as if it were an object. */
export function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  const differs = expected.findIndex((byte, at) => byte !== actual?.[at]);
  expect({ length: actual?.length, differs }).toEqual({ length: expected.length, differs: -1 });
}

/** One exchange from its start to its last word. */
export async function finish(world: Pick<TransportWorld, 'transport' | 'until'>, job: TransferJob): Promise<Heard> {
  const heard = listen(world.transport, job);
  await world.until(() => heard.last !== null);
  return heard;
}

export function get(world: TransportWorld, path: string, job: Partial<DownloadJob> = {}): Promise<Heard> {
  return finish(world, { ...download, url: `${world.origin}${path}`, ...job });
}

export function put(world: TransportWorld, path: string, job: Partial<UploadJob> = {}): Promise<Heard> {
  return finish(world, { ...upload, url: `${world.origin}${path}`, ...job });
}

/** A whole file of an upload. */
export function file(path: string, size: number, index = 0): JobFile {
  const names = { name: `f${index}`, filename: `name${index}.bin`, contentType: 'bin' };
  return { index, path, ...names, from: 0, to: size - 1 };
}
