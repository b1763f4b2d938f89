import type { Rules } from '../../../machines/vocabulary.ts';
import { TransportTrouble } from '../../adapters/transport/trouble.ts';
import { unreachable } from '../../errors.ts';
import { rule } from './differences.ts';
import { type DownloadError, ErrorCode } from './types.ts';

/** Why an attempt failed. The words are those of a device's HTTP client, one for each of its codes. @source cache-download.md A.5 */
export type Failure = keyof typeof failures;

const failures = {
  scheme: { code: 'OTHERS', message: 'Unsupported protocol' },
  malformedUrl: { code: 'OTHERS', message: 'Invalid URL format or missing URL' },
  host: { code: 'DNS', message: 'Failed to resolve the host name' },
  connection: { code: 'TCP', message: 'Failed to connect to the server' },
  reply: { code: 'OTHERS', message: 'Invalid server response' },
  partial: { code: 'HTTP', message: 'Transferred a partial file' },
  timeout: { code: 'OTHERS', message: 'Operation timeout' },
  handshake: { code: 'OTHERS', message: 'Internal error' },
  redirects: { code: 'HTTP', message: 'The number of redirections reaches the maximum allowed' },
  nothing: { code: 'OTHERS', message: 'The server returned nothing (no header or data)' },
  sending: { code: 'TCP', message: 'Failed to send data to the peer' },
  receiving: { code: 'TCP', message: 'Failed to receive data from the peer' },
  peer: { code: 'SSL', message: 'Invalid SSL peer certificate or SSH remote key' },
  encoding: { code: 'HTTP', message: 'Invalid HTTP encoding format' },
  authority: { code: 'SSL', message: 'The SSL CA certificate does not exist or is inaccessible' },
} as const satisfies Readonly<Record<string, { readonly code: keyof typeof ErrorCode; readonly message: string }>>;

/** An attempt failed for a reason of its own, not one that its connection told. */
export class AttemptTrouble extends Error {
  override readonly name = 'AttemptTrouble';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failures[failure].message);
    this.failure = failure;
  }
}

export function errorOf(failure: Failure, rules: Rules): DownloadError {
  const { code, message } = failures[failure];
  const isSsl = failure === 'handshake' && rule(rules, 'handshakeIsSsl');
  return { errorCode: ErrorCode[isSsl ? 'SSL' : code], message };
}

export function errorOfStatus(status: number, rules: Rules): DownloadError {
  return { errorCode: ErrorCode.HTTP, message: String(seen(status, rules)) };
}

export function isSuccess(status: number, rules: Rules): boolean {
  const known = seen(status, rules);
  return known >= 200 && known < 300;
}

/** @param isAnswered  whether a response had begun. */
export function failureOf(error: unknown, isAnswered: boolean): Failure {
  if (error instanceof AttemptTrouble) return error.failure;
  if (!(error instanceof TransportTrouble)) throw error;
  switch (error.kind) {
    case 'dns':
      return 'host';
    case 'tcp':
      return 'connection';
    case 'ssl':
      return isOfCertificate(error.cause) ? 'peer' : 'handshake';
    case 'timeout':
      return 'timeout';
    case 'redirect':
      return 'redirects';
    case 'request':
      return 'reply';
    case 'build':
      return 'malformedUrl';
    case 'other':
      return brokenBy(error.message, isAnswered);
    default:
      return unreachable(`a GET into memory failed with ${error.kind}: ${error.message}`);
  }
}

function brokenBy(message: string, isAnswered: boolean): Failure {
  if (/ECONNRESET|ETIMEDOUT|ECONNABORTED/.test(message)) return 'receiving';
  if (/EPIPE/.test(message)) return 'sending';
  return isAnswered ? 'partial' : 'nothing';
}

/** Every other code of what breaks a handshake is one of the system (`EPROTO`), of the library, or of the client. */
function isOfCertificate(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code !== '' && !/^(E[A-Z]+$|ERR_SSL_|UND_ERR_)/.test(code);
}

/** Ranges of the statuses that a device's client knows. */
const knownStatuses = [
  [200, 206],
  [300, 305],
  [400, 415],
  [500, 505],
] as const;

function seen(status: number, rules: Rules): number {
  if (rule(rules, 'realStatus')) return status;
  return knownStatuses.some(([first, last]) => status >= first && status <= last) ? status : 0;
}
