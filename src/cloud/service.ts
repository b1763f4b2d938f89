import type { Draft } from 'immer';
import type { GenericSchema } from 'valibot';
import type { CatalogueName, ErrorRow } from '../errors/catalogues.ts';
import type { BlobRef } from './blobs.ts';

export type ServiceName = Exclude<CatalogueName, 'harmony'>;

/** Names and values in the order of sending; a name may come twice. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** A request that has arrived whole: its bytes are in the blob port, its texts are here. */
export interface CloudRequest {
  /** In capitals. */
  readonly method: string;
  /** From the header, in small letters, without a port; empty for none. */
  readonly host: string;
  /** Percent-encoded, as on the wire. */
  readonly path: string;
  /** What follows `?`, as on the wire. */
  readonly search: string;
  /** The same, taken apart and decoded. */
  readonly query: Pairs;
  /** Lower-case name → value; a repeated header's values are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody;
}

export type RequestBody =
  /** `text`: the same bytes as UTF-8, when they are that and no more than `textBytesMax`; else null. */
  | { readonly type: 'raw'; readonly blob: BlobRef; readonly text: string | null }
  /** urlencoded, or multipart; fields and files each in their order. */
  | { readonly type: 'form'; readonly multipart: boolean; readonly fields: Pairs; readonly files: readonly FormFile[] }
  /** stalled: the sender fell silent. tooLarge: over a limit of the host. Both were not read to their end. */
  | { readonly type: 'unreadable'; readonly why: 'malformed' | 'stalled' | 'tooLarge' };

export interface FormFile {
  /** Of the field. */
  readonly name: string;
  readonly filename: string;
  readonly contentType: string;
  readonly blob: BlobRef;
}

export interface CloudResponse {
  readonly status: number;
  /** Lower-case names. Without `content-length`, `date` and `connection`: those are the host's. */
  readonly headers: Pairs;
  /** Also for HEAD, whose body the host leaves out. */
  readonly body: string | Uint8Array | BlobRange;
}

export interface BlobRange {
  readonly blob: BlobRef;
  readonly from: number;
  readonly size: number;
}

/** One request, and what a service may know and ask while it answers. */
export interface Call<Settings> {
  readonly request: CloudRequest;
  /** As `operationOf` named it. */
  readonly operation: string | null;
  readonly settings: Settings;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Public base of every address given to a client, without a final slash. */
  readonly base: string;
  /** 1 for the first request that this server ever got: what ids are made of. */
  readonly serial: number;
  /** The first bytes of a blob, `headBytes` at most. */
  head(blob: BlobRef): Uint8Array;
  /** One blob of many, end to end. The host may have to make it first; then the whole step is taken again. */
  join(blobs: readonly BlobRef[]): BlobRef;
}

/** A refused call: the state stays as it was, and the row is answered. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly row: ErrorRow;
  /** What stands in the hole of a template. */
  readonly fill: string;
  /** Beside those of every failure. */
  readonly headers: Pairs;

  constructor(row: ErrorRow, options: { readonly fill?: string | undefined; readonly headers?: Pairs } = {}) {
    super(`${row.service}: ${row.code}`);
    this.row = row;
    this.fill = options.fill ?? '';
    this.headers = options.headers ?? [];
  }
}

/**
 * One of the four services. State and settings are plain JSON. Nothing in it knows sockets, files, time or chance.
 * @source cloud-services.md 1.2
 */
export interface ServiceDefinition<State extends object, Settings extends object> {
  readonly name: ServiceName;
  /** Operation → what it does, in a line. Fault rules and conditions speak of these. */
  readonly operations: Readonly<Record<string, string>>;
  /** Keys, users, quotas, limits, options; every entry has a default. */
  readonly settings: GenericSchema<unknown, Settings>;
  /** What causes which row without any fault rule. */
  readonly conditions: readonly Condition[];
  initial(settings: Settings): State;
  /** Null for what the service has no operation for. Checks nothing. `head` as in a call. */
  operationOf(request: CloudRequest, settings: Settings, head: Call<Settings>['head']): string | null;
  /** Works on a draft, which a refusal throws away. @throws Refusal */
  answer(state: Draft<State>, call: Call<Settings>): CloudResponse;
  /** What a refused call leaves behind all the same, such as a ticket that is used up. @throws Refusal for nothing */
  refused?(state: Draft<State>, call: Call<Settings>): void;
  /** A row as it stands on the wire. */
  failure(refusal: Refusal, call: Call<Settings>): CloudResponse;
  /** Puts a file of a scenario where a client finds it; null when done, else what is wrong with its path. */
  place(state: Draft<State>, file: PlacedFile, settings: Settings, nowMs: number): string | null;
  /** How to point the usual clients here: lines of text, commands among them. */
  hints(settings: Settings, base: string): readonly string[];
}

export interface PlacedFile {
  /** As this service's clients write it. */
  readonly path: string;
  readonly blob: BlobRef;
}

/** A row that a client can cause by what it does. */
export interface Condition {
  readonly code: number | string;
  /** Where a code stands in two rows: those that tell them apart. */
  readonly section?: string;
  readonly name?: string;
  /** One of `operations`, or `any`. */
  readonly operation: string;
  /** Ends the sentence “answered when …”. */
  readonly when: string;
}
