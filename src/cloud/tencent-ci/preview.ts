import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { CloudResponse } from '../service.ts';
import { errorOf, refuse } from './failures.ts';
import { type Admitted, param } from './guard.ts';
import { common, serveBytes } from './objects.ts';
import { draw, pictureTypes } from './pictures.ts';
import { type CiCall, type CiDraft, sizeOf } from './state.ts';

/** Kinds of documents: those that are tables have sheets. */
const tables = ['xls', 'xlsx', 'xlsm', 'csv', 'et', 'ett', 'xlt', 'xltx', 'xltm', 'xlsb'];
const kinds = [
  ...tables,
  ...['doc', 'docx', 'docm', 'dot', 'dotx', 'dotm', 'wps', 'wpt', 'rtf', 'odt', 'txt', 'pdf'],
  ...['ppt', 'pptx', 'pptm', 'pps', 'ppsx', 'ppsm', 'pot', 'potx', 'potm', 'dps', 'dpt', 'odp', 'ods'],
];

/**
 * A page of a document as a picture. Two tables hold its rows: today's parameter `ci-process=doc-preview` refuses in the
 * words of the previews, the older `cmd=doc_preview` in those of the downloads.
 * @source cloud-services.md 2.5
 */
export function preview(state: CiDraft, call: CiCall, { path, key }: Admitted): CloudResponse {
  const { request, settings } = call;
  const section = param(request.query, 'ci-process') === undefined ? 'Download errors' : 'File preview errors';
  const { kind, target, page } = readWish(call, key);
  const object = state.objects[path];
  if (object === undefined) return missing(call);
  const size = sizeOf(object.content);
  if (size > settings.limits.previewBytesMax) throw refuse(-3075);
  if (size === 0) throw refuse(-3008, { section });
  if (!kinds.includes(kind)) throw refuse(-3011, { section });
  const text = object.content.type === 'blob' ? latin(call.head(object.content.blob)) : '';
  const isClosed = isEncrypted(kind, text) && param(request.query, 'password') !== settings.options.documentPassword;
  if (isClosed) throw refuse(-3006, { section });
  const pages = pagesOf(kind, text, size, settings.options.pageBytes);
  if (page < 1 || page > pages) {
    if (settings.options.publishedPreview) return published(call, -3013, 'The page does not exist.');
    throw refuse(-3015, { section });
  }
  const facts = [...common(call), ['x-total-page', String(pages)] as const, ...sheetsOf(kind)];
  const { modifiedMs } = object;
  // A4 in the resolution of a screen.
  const bytes = target === 'pdf' ? utf8ToBytes(emptyPdf) : draw({ format: target, width: 794, height: 1123 });
  const contentType = target === 'pdf' ? 'application/pdf' : pictureTypes[target];
  const etag = `"${object.etag.replaceAll('"', '')}-${page}-${target}"`;
  const served = serveBytes(call, bytes, { etag, modifiedMs, contentType, headers: facts });
  if (served === null) throw refuse(-29034, { headers: [['content-range', `bytes */${bytes.length}`]] });
  return served;
}

interface PreviewWish {
  /** Extension, without its dot. */
  readonly kind: string;
  readonly target: 'jpg' | 'png' | 'pdf';
  /** NaN for what is no number. */
  readonly page: number;
}

function readWish({ request: { query } }: CiCall, key: string): PreviewWish {
  const told = param(query, 'srctype')?.toLowerCase();
  if (told !== undefined && told !== '' && !kinds.includes(told)) throw refuse(-113);
  const target = param(query, 'dsttype')?.toLowerCase() ?? 'jpg';
  if (target !== 'jpg' && target !== 'png' && target !== 'pdf') throw refuse(-113);
  const page = param(query, 'page') ?? '1';
  const own = /\.([^./]+)$/.exec(key)?.[1]?.toLowerCase() ?? '';
  return { kind: told || own, target, page: /^\d{1,9}$/.test(page) ? Number(page) : 0 };
}

function missing(call: CiCall): CloudResponse {
  if (call.settings.options.publishedPreview) return published(call, -3004, 'The file does not exist.');
  throw refuse(-46628);
}

/** As two published samples have it, with numbers that no table has. */
function published(call: CiCall, number: number, message: string): CloudResponse {
  return errorOf(call, { status: 404, code: 'NoSuchKey', message, headers: [['x-errno', String(number)]] });
}

/** A PDF says so; office files of the zipped kinds are put into the older container when they are encrypted. */
function isEncrypted(kind: string, text: string): boolean {
  if (kind === 'pdf') return /\/Encrypt\b/.test(text);
  return /^(doc|xls|ppt)[xm]$/.test(kind) && text.startsWith('\xd0\xcf\x11\xe0');
}

/** A PDF counts its pages; of the others, so many bytes are one. */
function pagesOf(kind: string, text: string, size: number, pageBytes: number): number {
  if (kind !== 'pdf') return Math.ceil(size / pageBytes);
  return Math.max(1, ...Array.from(text.matchAll(/\/Count (\d{1,6})\b/g), ([, count]) => Number(count)));
}

function sheetsOf(kind: string): readonly (readonly [string, string])[] {
  if (!tables.includes(kind)) return [];
  return [
    ['x-total-sheet', '1'],
    ['x-sheet-name', 'Sheet1'],
  ];
}

/** One letter per byte. */
function latin(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

const emptyPdf = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`;
