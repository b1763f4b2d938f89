import type { ErrorRow } from '../../errors/catalogues.ts';
import { unreachable } from '../../errors.ts';
import { refusals } from '../rows.ts';
import type { CloudResponse, Pairs, Refusal } from '../service.ts';
import { placeholderOf } from './placeholder.ts';
import type { CiCall } from './state.ts';
import { xmlOf } from './xml.ts';

export const refuse = refusals('tencent-ci');

/** A trouble that the object store words itself: no number, no row of the table. */
export class CosTrouble extends Error {
  override readonly name = 'CosTrouble';
  readonly word: CosWord;
  readonly headers: Pairs;

  constructor(word: CosWord, options: { readonly headers?: Pairs } = {}) {
    super(word);
    this.word = word;
    this.headers = options.headers ?? [];
  }
}

export const cosWords = {
  AccessDenied: [403, 'Access Denied.'],
  RequestExpired: [403, 'Request has expired.'],
  RequestTimeTooSkewed: [403, 'The difference between the request time and the current time is too large.'],
  InvalidAccessKeyId: [403, 'The access key Id you provided does not exist in our records.'],
  SignatureDoesNotMatch: [403, 'The Signature you specified is invalid.'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchBucket: [404, 'The specified bucket does not exist.'],
  NoSuchUpload: [404, 'The specified multipart upload does not exist.'],
  NoSuchCopySource: [404, 'The specified copy source does not exist.'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  NotImplemented: [501, 'A header you provided implies functionality that is not implemented.'],
  InvalidRange: [416, 'The requested range cannot be satisfied.'],
  SlowDown: [503, 'Reduce your request rate.'],
  InvalidURI: [400, 'Could not parse the specified URI.'],
  InvalidArgument: [400, 'Invalid Argument.'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidDigest: [400, 'The Content-MD5 you specified is not valid.'],
  BadDigest: [400, 'The Content-MD5 you specified did not match what we received.'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed object size.'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed object size.'],
  InvalidPart: [400, 'One or more of the specified parts could not be found or did not match.'],
  InvalidPartOrder: [400, 'The list of parts was not in ascending order.'],
  KeyTooLong: [400, 'Your key is too long.'],
  MalformedXML: [400, 'The XML you provided was not well-formed or did not validate.'],
  MalformedPOSTRequest: [400, 'The body of your POST request is not well-formed multipart/form-data.'],
  InvalidPolicyDocument: [400, 'The content of the form does not meet its policy.'],
  RequestTimeout: [400, 'Your connection was not read from or written to within the timeout period.'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type CosWord = keyof typeof cosWords;

export function cosFailure({ word, headers }: CosTrouble, call: CiCall): CloudResponse {
  const [status, message] = cosWords[word];
  return errorOf(call, { status, code: word === 'RequestExpired' ? 'AccessDenied' : word, message, headers });
}

/** A row on the wire: its number in a header, or its name in the XML. @source cloud-services.md 2.4 */
export function failureOf({ row, fill, headers }: Refusal, call: CiCall): CloudResponse {
  const message = row.description ?? '';
  if (row.name !== undefined) {
    return errorOf(call, { status: statusOf(row), code: row.name, message, headers, resource: false });
  }
  if (row.code === -6101 && call.settings.options.placeholder) return placeholderOf(row);
  const number = row.code === 'Other' && fill !== '' ? fill : String(row.code);
  const location: Pairs = row.code === -156 ? [['location', headerOf(headers, 'location') ?? `${call.base}/`]] : [];
  return errorOf(call, {
    status: statusOf(row),
    code: wordOf(row),
    message,
    headers: [['x-errno', number], ...location, ...headers.filter(([name]) => name !== 'location')],
  });
}

function headerOf(headers: Pairs, name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1];
}

export interface ErrorParts {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Pairs;
  /** Whether the XML names what was asked for. */
  readonly resource?: boolean;
}

export function errorOf(
  call: CiCall,
  { status, code, message, headers = [], resource = true }: ErrorParts,
): CloudResponse {
  const [requestId, traceId] = idsOf(call);
  return {
    status,
    headers: [
      ['content-type', 'application/xml'],
      ['x-cos-request-id', requestId],
      ['x-cos-trace-id', traceId],
      ...headers,
    ],
    body: xmlOf({
      Error: {
        Code: code,
        Message: message,
        ...(resource && { Resource: call.request.path }),
        RequestId: requestId,
        TraceId: traceId,
      },
    }),
  };
}

/** Of this request: for support, and for the reader of a log. */
export function idsOf({ serial }: CiCall): readonly [requestId: string, traceId: string] {
  const name = serial.toString(16).padStart(8, '0');
  return [btoa(`${name}_request`), btoa(`${name}_trace`)];
}

function wordOf(row: ErrorRow): string {
  if (row.code === -46618 || row.code === -60932) return 'SignatureDoesNotMatch';
  const status = statusOf(row);
  if (status === 403) return 'AccessDenied';
  if (status === 404) return 'NoSuchKey';
  if (status === 416) return 'InvalidRange';
  if (status === 503) return 'SlowDown';
  return status >= 500 ? 'InternalError' : 'InvalidArgument';
}

function statusOf({ code, name }: ErrorRow): number {
  const known = statuses.find(([, codes]) => codes.includes(name ?? code));
  return known?.[0] ?? unreachable(`row ${code} has no status`);
}

/** No two rows of one code differ. @source cloud-services.md 2.4 */
const statuses: readonly (readonly [status: number, codes: readonly (number | string)[]])[] = [
  [302, [-156]],
  [
    400,
    [
      -103, -104, -105, -106, -107, -166, -167, -168, -441, -442, -443, -447, -46152, -46154, -60998, -60997, -60996,
      -60987, -60983, -60972, -60967, -60957, -60955, -60950, -62999, -65007, -65010, -65011, -65012, -65013, -65014,
      -65015, -65016,
    ],
  ],
  [
    403,
    [
      -108, -110, -154, -162, -165, -5062, -46614, -46617, -46618, -46619, -46620, -46621, -46627, -46646, -46661,
      -60948, -60938, -60936, -60932,
    ],
  ],
  [404, [-109, -113, -163, -3006, -3008, -3011, -3015, -3075, -6101, -40168, -46628, -46642, -61011]],
  [416, [-124, -29033, -29034]],
  [500, ['Other']],
  [502, [-120]],
  [503, [-164, -29214, -60949]],
  [504, [-901, -902]],
  [
    400,
    [
      'InvalidUrl',
      'InvalidContent',
      'InvalidArgument',
      'MissingContent',
      'InvalidHost',
      'InvalidContentType',
      'BindedBucketNumLimit',
      'CreatedTemplateNumLimit',
      'MediaBucketUnBinded',
      'ActiveWorkflowForbiddenUpdate',
      'WorkFlowNumLimit',
      'QueueNumLimit',
    ],
  ],
  [
    403,
    [
      'MissingAuthorization',
      'InvalidAuthorization',
      'SignatureExpired',
      'AccessDenied',
      'SecretidNotExist',
      'WriteTargetBucketDenied',
    ],
  ],
  [404, ['ResourceNotFound', 'QueueNotFound', 'TemplateNotFound']],
  [409, ['BucketAlreadyBinded', 'TemplateNameDuplicate']],
  [500, ['InternalError']],
  [503, ['SlowDown']],
];
