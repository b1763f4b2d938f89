import * as v from 'valibot';

const count = (standard: number) => v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), standard);
const flag = (standard: boolean) => v.optional(v.boolean(), standard);
const texts = (standard: readonly string[] = []) => v.optional(v.array(v.string()), [...standard]);

/** `denied`: operations that the user's policy refuses. `token`: what `x-cos-security-token` must say, null for none. */
const userSchema = v.strictObject({
  secretId: v.string(),
  secretKey: v.string(),
  token: v.optional(v.nullable(v.string()), null),
  denied: texts(),
});

/** What a bucket finds at its origin under a key that it has not. */
const originSchema = v.strictObject({
  /** pull: the bucket fetches. redirect: it sends the client there. */
  mode: v.optional(v.picklist(['pull', 'redirect']), 'pull'),
  /** Where a redirected client goes. */
  url: v.optional(v.string(), 'http://origin.example'),
  files: v.optional(
    v.array(
      v.strictObject({
        key: v.string(),
        status: v.optional(v.pipe(v.number(), v.integer()), 200),
        delayMs: count(0),
        base64: v.optional(v.pipe(v.string(), v.base64()), ''),
      }),
    ),
    [],
  ),
});

const bucketSchema = v.strictObject({
  /** With its APPID, as in a host name. */
  name: v.string(),
  region: v.optional(v.string(), 'ap-test'),
  /** What may be done without a signature: nothing, reading, or whatever is done to objects alone. */
  access: v.optional(v.picklist(['private', 'public-read', 'public-read-write']), 'private'),
  /** No object of it may be replaced or added, as a retention rule has it. */
  writable: flag(true),
  /** Hosts that a Referer may name; empty for any. */
  referers: texts(),
  /** Originals are given by styles alone. */
  originalProtected: flag(false),
  styles: v.optional(v.array(v.strictObject({ name: v.string(), rule: v.string() })), []),
  origin: v.optional(v.nullable(originSchema), null),
  /** The role that moderation works under is bound. */
  roleBound: flag(true),
  bizTypes: texts(['default']),
  /** Each upload is moderated; what is found illegal is frozen. */
  moderated: flag(false),
  /** Bound for media jobs from the beginning. */
  mediaBound: flag(true),
  /** By the operator: the bucket, or keys in it. */
  blocked: flag(false),
  blockedKeys: texts(),
});

const limitsSchema = v.strictObject({
  /** Of one upload, and of an object that is joined of slices. */
  uploadBytesMax: count(5 * 1024 ** 3),
  objectBytesMax: count(10_000 * 5 * 1024 ** 3),
  keyBytesMax: count(850),
  sliceBytesMin: count(1024 ** 2),
  sliceBytesMax: count(5 * 1024 ** 3),
  slicesMax: count(10_000),
  listKeysMax: count(1000),
  deletedKeysMax: count(1000),
  clockSkewMsMax: count(15 * 60_000),
  /** Of a picture that is read for processing, and of what comes out. */
  imageBytesMax: count(32 * 1024 ** 2),
  resultBytesMax: count(32 * 1024 ** 2),
  imageSideMax: count(9999),
  imagePixelsMax: count(90_000_000),
  framesMax: count(300),
  processMsMax: count(5000),
  originMsMax: count(10_000),
  rulesMax: count(5),
  persistedBytesMax: count(32 * 1024 ** 2),
  stylesMax: count(100),
  previewBytesMax: count(100 * 1024 ** 2),
  moderatedBytesMax: count(32 * 1024 ** 2),
  moderatedSideMin: count(16),
  moderatedInputsMax: count(100),
  /** Requests in one second. */
  requestsPerSecondMax: count(30_000),
  processedPerSecondMax: count(5000),
  processedPerSecondOfOneKeyMax: count(5000),
  unsignedPerSecondMax: count(5000),
  persistedPerSecondMax: count(5000),
  jobCallsPerSecondMax: count(5000),
  mediaBucketsMax: count(10),
  templatesMax: count(200),
  queuesMax: count(10),
  workflowsMax: count(50),
});

const optionsSchema = v.strictObject({
  /** A missing picture is told by a placeholder under 200, as the older image hosts did (−6101). */
  placeholder: flag(false),
  /** A preview fails with the unlisted −3004 and −3013 of the published samples. */
  publishedPreview: flag(false),
  /** Requests to any host but `….cos.…` may call the job API: keys below its paths are out of reach there. */
  jobsOnAnyHost: flag(true),
  /** What an encrypted document opens with. */
  documentPassword: v.optional(v.string(), 'password-example'),
  /** Bytes of a document that fill a page, where its kind does not count them. */
  pageBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 100_000),
  /** How fast pictures are processed. */
  pixelsPerMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 100_000),
  /** Texts whose bytes make a picture illegal, or only suspect, to moderation. */
  illegalMarks: texts(['illegal-example']),
  suspectMarks: texts(['suspect-example']),
});

/** Keys, buckets, limits and options of a simulated account. The standard credentials are examples. */
export const settingsSchema = v.strictObject({
  appid: v.optional(v.string(), '10000000'),
  users: v.optional(v.array(userSchema), [{ secretId: 'AKIDEXAMPLE', secretKey: 'SKEXAMPLE' }]),
  buckets: v.optional(v.pipe(v.array(bucketSchema), v.minLength(1)), [{ name: 'bkt-10000000' }]),
  /** Of a request whose host names none; the first of `buckets` when null. */
  defaultBucket: v.optional(v.nullable(v.string()), null),
  /** Regions that have the processing service. */
  regions: texts(['ap-test']),
  account: v.optional(v.strictObject({ blocked: flag(false), overdue: flag(false) }), {}),
  limits: v.optional(limitsSchema, {}),
  options: v.optional(optionsSchema, {}),
});

export type CiSettings = v.InferOutput<typeof settingsSchema>;
export type BucketSettings = CiSettings['buckets'][number];
export type User = CiSettings['users'][number];
