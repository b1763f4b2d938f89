import type { BlobRef } from '../blobs.ts';
import { textBytesMax, textOf } from '../request.ts';
import type { CloudRequest, FormFile, Pairs } from '../service.ts';
import { jsonOf } from '../text.ts';
import { refuse } from './refuse.ts';

/** What a request says, however it says it. */
export interface Fields {
  /** By lower-case name; those of the body go before those of the query. */
  readonly values: ReadonlyMap<string, string>;
  readonly content: BlobRef | null;
  /** Row of what makes the body unreadable. */
  readonly trouble: number | null;
}

type Head = (blob: BlobRef) => Uint8Array;

export function fieldsOf(request: CloudRequest, head: Head): Fields {
  const { body, query } = request;
  const files = body.type === 'form' ? body.files : [];
  const content = files.find(({ name }) => isContent(name));
  const inBody = body.type === 'form' ? [...body.fields, ...fieldsInFiles(files, head)] : jsonFields(request);
  const pairs = typeof inBody === 'number' ? query : [...query, ...inBody];
  return {
    values: new Map(pairs.map(([name, value]) => [name.toLowerCase(), value])),
    content: content?.blob ?? null,
    trouble: typeof inBody === 'number' ? inBody : null,
  };
}

function isContent(name: string): boolean {
  return name.toLowerCase() === 'filecontent';
}

/** A widespread client names a file in every part of a form. */
function fieldsInFiles(files: readonly FormFile[], head: Head): Pairs {
  return files.flatMap(({ name, blob }) => {
    const bytes = isContent(name) ? null : head(blob);
    const text = bytes?.length === blob.size ? textOf(bytes) : null;
    return text === null ? [] : [[name, text] as const];
  });
}

function jsonFields({ method, headers, body }: CloudRequest): Pairs | number {
  if (body.type === 'form') return [];
  if (body.type === 'unreadable') {
    if (body.why !== 'malformed') return body.why === 'tooLarge' ? 413 : 400;
    return /^multipart/i.test(headers['content-type'] ?? '') ? -5993 : -147;
  }
  if (body.text === null) return body.blob.size > textBytesMax ? 413 : -147;
  if (method === 'GET' || body.text.trim() === '') return [];
  const json = jsonOf(body.text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return -5975;
  return Object.entries(json).flatMap(([name, value]) =>
    value === null ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)] as const],
  );
}

/** Everything that was sent, roughly: what a front end would have had to read. */
export function bodyBytes({ body }: CloudRequest): number {
  switch (body.type) {
    case 'raw':
      return body.blob.size;
    case 'form': {
      const fields = body.fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
      return body.files.reduce((sum, { blob }) => sum + blob.size, fields);
    }
    case 'unreadable':
      return 0;
  }
}

/** Undefined where nothing was sent. @throws Refusal for what is no integer */
export function integerOf({ values }: Fields, name: string): number | undefined {
  const text = values.get(name);
  if (text === undefined || text === '') return undefined;
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw refuse(-5999);
  return value;
}

/** 0 or 1. @throws Refusal, with `code` for anything else */
export function switchOf({ values }: Fields, name: string, preset: boolean, code: number): boolean {
  // A public client sends as many zero bytes as the number it was given.
  const text = (values.get(name) ?? '').replaceAll('\0', '');
  if (text === '') return preset;
  if (text !== '0' && text !== '1') throw refuse(code);
  return text === '1';
}

/** A SHA-1 in small hex; null where none was sent. @throws Refusal */
export function shaOf({ values }: Fields): string | null {
  const text = values.get('sha') ?? '';
  if (text === '') return null;
  if (!isSha(text)) throw refuse(-168);
  return text.toLowerCase();
}

export function isSha(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{40}$/i.test(text);
}
