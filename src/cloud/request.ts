import { parseMultipart } from '../adapters/transport/multipart.ts';
import type { MemoryBlobs } from './memory-blobs.ts';
import type { CloudRequest, RequestBody } from './service.ts';
import { decodeQuery } from './text.ts';

/** A request before its body has come. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, as on the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Text that a service reads as such: JSON, XML, forms. */
export const textBytesMax = 1024 * 1024;

export function toRequest({ method, target, headers }: RequestHead, body: RequestBody): CloudRequest {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const search = mark < 0 ? '' : target.slice(mark + 1);
  const host = (headers.host ?? '').toLowerCase().replace(/:\d*$/, '');
  return { method: method.toUpperCase(), host, path, search, query: decodeQuery(search), headers, body };
}

/** How a body is to be read. A form that names no boundary is malformed, not raw. What is PUT is a file, whatever its type. */
export function bodyKind({
  method,
  headers,
}: Pick<RequestHead, 'method' | 'headers'>): 'multipart' | 'urlencoded' | 'raw' {
  if (method.toUpperCase() === 'PUT') return 'raw';
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'multipart/form-data') return 'multipart';
  return type === 'application/x-www-form-urlencoded' ? 'urlencoded' : 'raw';
}

/** The body of a request whose bytes are all here. */
export function bodyOf(head: RequestHead, bytes: Uint8Array, blobs: MemoryBlobs): RequestBody {
  switch (bodyKind(head)) {
    case 'raw':
      return { type: 'raw', blob: blobs.put(bytes), text: textOf(bytes) };
    case 'urlencoded': {
      const text = textOf(bytes);
      if (text === null) return { type: 'unreadable', why: bytes.length > textBytesMax ? 'tooLarge' : 'malformed' };
      return { type: 'form', multipart: false, fields: decodeQuery(text), files: [] };
    }
    case 'multipart': {
      const parts = parseMultipart(bytes, head.headers['content-type'] ?? '');
      if (parts === null) return { type: 'unreadable', why: 'malformed' };
      return {
        type: 'form',
        multipart: true,
        fields: parts
          .filter((part) => !isFilePart(part))
          .map((part) => [part.name, new TextDecoder().decode(part.bytes)] as const),
        files: parts.filter(isFilePart).map(({ name, filename, contentType, bytes: content }) => ({
          name,
          filename: filename ?? '',
          contentType,
          blob: blobs.put(content),
        })),
      };
    }
  }
}

/** Some clients send the bytes of a file in a part that names no file. @source cloud-services.md 4.1 */
export function isFilePart(part: {
  readonly name: string | undefined;
  readonly filename: string | null;
  readonly contentType: string;
}): boolean {
  const { name = '', filename, contentType } = part;
  return filename !== null || contentType === 'application/octet-stream' || name.toLowerCase() === 'filecontent';
}

/** Null for too many bytes, and for what is not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  if (bytes.length > textBytesMax) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
