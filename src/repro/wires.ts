import type { TransferEvent } from '../../machines/transfer.ts';
import type { Action, FaultCause } from '../../machines/vocabulary.ts';
import type { Config } from '../api/types.ts';
import * as strikes from '../sim/faults.ts';
import type { WorldOptions } from '../sim/world.ts';

/** A fault rule by its name, so that it can be made and printed. */
export type Strike =
  | { readonly rule: 'refuse'; readonly args: readonly ['dns' | 'tcp' | 'ssl']; readonly times: number }
  | { readonly rule: 'cutAfter'; readonly args: readonly [bytes: number, cause: FaultCause]; readonly times: number }
  | { readonly rule: 'stallAfter'; readonly args: readonly [bytes: number]; readonly times: number }
  | { readonly rule: 'answer'; readonly args: readonly [status: number]; readonly times: number };

/** What a server of a test on a device does; `url` where it takes no server to go wrong. */
export type Serving =
  | { readonly does: 'answer'; readonly text: string }
  | { readonly does: 'silence' }
  | { readonly does: 'nothing'; readonly url: string }
  | { readonly does: 'tls' };

interface Wire {
  /** What goes wrong, as a sentence. */
  readonly says: string;
  readonly actions: readonly Action[];
  /** What the transfer chart hears; what becomes of it is the chart's to say. */
  readonly event: TransferEvent;
  readonly config?: Partial<Config>;
  readonly strike?: Strike;
  readonly world?: Pick<WorldOptions, 'server' | 'diskBytes'>;
  /** Null: cannot be staged with the disk and the sockets of a real machine. */
  readonly serving: Serving | null;
}

const both: readonly Action[] = ['download', 'upload'];
const always = Number.POSITIVE_INFINITY;

const fault = (cause: FaultCause, status: number | null = null) =>
  ({ type: 'faulted', cause, status, online: true }) as const;
const answering = (head: string, body = ''): Serving => ({
  does: 'answer',
  text: `HTTP/1.1 ${head}\r\nconnection: close\r\n\r\n${body}`,
});

/**
 * What may go wrong on the way between an app and a server, or between a transfer and its file. `fileGone` comes after
 * the task is created, all others are so from the start.
 * @source harmony-request.md 5.1, 7.2, 7.6
 */
export const wires = {
  badHeader: {
    says: 'the config has a header that no request can carry',
    actions: both,
    event: fault('build'),
    config: { headers: { 'not a token': 'x' } },
    serving: { does: 'silence' },
  },
  noLength: {
    says: 'the response names no length, and the config wants to know it (`precise`)',
    actions: ['download'],
    event: fault('sizeUnknown'),
    config: { precise: true },
    world: { server: { lengths: false } },
    serving: answering('200 OK', 'some bytes'),
  },
  silent: {
    says: 'the server does not answer before `totalTimeout` is over',
    actions: both,
    event: { type: 'timedOut' },
    config: { timeout: { totalTimeout: 1 } },
    strike: { rule: 'stallAfter', args: [0], times: always },
    serving: { does: 'silence' },
  },
  nonsense: {
    says: 'what comes back cannot be read as a response',
    actions: both,
    event: fault('request'),
    strike: { rule: 'cutAfter', args: [0, 'request'], times: always },
    serving: { does: 'answer', text: 'this is not http\r\n\r\n' },
  },
  nowhere: {
    says: 'the server redirects, and does not say where to',
    actions: both,
    event: fault('redirect'),
    strike: { rule: 'answer', args: [302], times: always },
    serving: answering('302 Found\r\ncontent-length: 0'),
  },
  notFound: {
    says: 'the server answers 404',
    actions: both,
    event: fault('protocol', 404),
    strike: { rule: 'answer', args: [404], times: always },
    serving: answering('404 Not Found\r\ncontent-length: 0'),
  },
  fileGone: {
    says: 'the file of the task is taken away',
    actions: both,
    event: fault('io'),
    serving: answering('200 OK\r\ncontent-length: 4', 'done'),
  },
  wholeFile: {
    says: 'the config asks for a part of the file, and the server sends the whole of it',
    actions: ['download'],
    event: fault('range'),
    config: { begins: 1 },
    world: { server: { ranges: false } },
    serving: answering('200 OK\r\ncontent-length: 4', 'done'),
  },
  breaks: {
    says: 'the connection breaks, each time',
    actions: both,
    event: fault('other'),
    strike: { rule: 'cutAfter', args: [10, 'other'], times: always },
    serving: answering('200 OK\r\ncontent-length: 1000', 'ten bytes.'),
  },
  noName: {
    says: 'the name of the server leads nowhere',
    actions: both,
    event: fault('dns'),
    strike: { rule: 'refuse', args: ['dns'], times: always },
    serving: { does: 'nothing', url: 'http://nowhere.invalid/file' },
  },
  noServer: {
    says: 'nobody takes the connection',
    actions: both,
    event: fault('tcp'),
    strike: { rule: 'refuse', args: ['tcp'], times: always },
    serving: { does: 'nothing', url: 'http://127.0.0.1:9/file' },
  },
  noTls: {
    says: 'the two sides cannot agree on TLS',
    actions: both,
    event: fault('ssl'),
    strike: { rule: 'refuse', args: ['ssl'], times: always },
    serving: { does: 'tls' },
  },
  noRoom: {
    says: 'the file does not fit on the disk',
    actions: ['download'],
    event: fault('space'),
    world: { diskBytes: 50_000 },
    serving: null,
  },
  slow: {
    says: 'hardly a byte comes through, and the config wants more (`minSpeed`)',
    actions: both,
    event: { type: 'tooSlow' },
    config: { minSpeed: { speed: 1_000, duration: 1 } },
    strike: { rule: 'stallAfter', args: [0], times: always },
    serving: { does: 'silence' },
  },
} as const satisfies Record<string, Wire>;
export type WireName = keyof typeof wires;
export const wireNames = Object.keys(wires) as WireName[];

export function wireOf(name: WireName): Wire {
  return wires[name];
}

/** The rule that a world asks about each request. */
export function faultRule(strike: Strike): strikes.FaultRule {
  const { times } = strike;
  switch (strike.rule) {
    case 'refuse':
      return strikes.refuse(strike.args[0], { times });
    case 'cutAfter':
      return strikes.cutAfter(strike.args[0], strike.args[1], { times });
    case 'stallAfter':
      return strikes.stallAfter(strike.args[0], { times });
    case 'answer':
      return strikes.answer(strike.args[0], { times });
  }
}
