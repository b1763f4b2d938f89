import * as v from 'valibot';
import { unreachable } from '../../errors.ts';

const flag = (preset: boolean) => v.optional(v.boolean(), preset);
const count = (preset: number) => v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), preset);
const atMost = v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))), null);

const bucketSchema = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[^/]+$/)),
  /** Downloads need a sign. */
  private: flag(false),
  /** Its files are videos, which cannot be moved or copied. */
  video: flag(false),
  /** Hosts of pages from which nothing may be downloaded. */
  referersRefused: v.optional(v.array(v.string()), []),
  /** Of all files together; null for no quota. */
  bytesMax: atMost,
});

const appSchema = v.strictObject({
  appid: v.pipe(v.string(), v.regex(/^\d+$/)),
  /** Shut off by the provider. */
  barred: flag(false),
  secrets: v.array(v.strictObject({ secretId: v.string(), secretKey: v.string() })),
  buckets: v.pipe(v.array(bucketSchema), v.minLength(1)),
});

const limitsSchema = v.strictObject({
  /** What the front end reads at all: the largest file of one request and its fields. */
  bodyBytesMax: count(21 * 1024 * 1024),
  /** A file in one request. */
  uploadBytesMax: count(20 * 1024 * 1024),
  /** A file in the store. */
  fileBytesMax: count(64 * 1024 ** 3),
  /** Those that may be asked for, ascending; one in between becomes the next smaller. */
  sliceSizes: v.optional(
    v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.minLength(1)),
    [524_288, 1_048_576, 2_097_152, 3_145_728],
  ),
  sessionAgeMsMax: count(24 * 60 * 60 * 1000),
  /** Unfinished uploads at once; the service is overloaded beyond. */
  sessionsMax: count(1000),
  /** Once-signs that are remembered as used. */
  spentSignsMax: count(10_000),
  callsPerSecondMax: atMost,
  listMax: count(199),
  pathBytesMax: count(1024),
  bizAttrBytesMax: count(1024),
});

const optionsSchema = v.strictObject({
  /** Serves clients of `/files/v1/`. */
  v1: flag(true),
  /** Numbers in `data` are strings also beyond v1. */
  numbersAsStrings: flag(false),
  /** Slices have to come in order. */
  serialUpload: flag(false),
  /** Known contents need not be sent. */
  instantUpload: flag(true),
  /** The same contents under the same name are refused. */
  strictSame: flag(false),
  refuseEmpty: flag(false),
  /** The statuses 612, 631 and 599 of the back end reach the client. */
  rawBackendStatus: flag(false),
  /** Refusals have the status 200. */
  errorsAs200: flag(false),
  /** A host that does not know the appid answers in XML. */
  xmlForUnknownApp: flag(false),
});

export const settingsSchema = v.strictObject({
  apps: v.optional(v.pipe(v.array(appSchema), v.minLength(1)), [
    {
      appid: '10000000',
      secrets: [{ secretId: 'AKIDEXAMPLE', secretKey: 'SKEXAMPLE' }],
      buckets: [{ name: 'bkt' }],
    },
  ]),
  /** In the names of download hosts. */
  region: v.optional(v.pipe(v.string(), v.regex(/^\w+$/)), 'tj'),
  limits: v.optional(limitsSchema, {}),
  options: v.optional(optionsSchema, {}),
});

export type Settings = v.InferOutput<typeof settingsSchema>;
export type App = Settings['apps'][number];
export type Bucket = App['buckets'][number];

export function appOf(settings: Settings, appid: string): App | undefined {
  return settings.apps.find((app) => app.appid === appid);
}

export function bucketOf(settings: Settings, appid: string, name: string): Bucket | undefined {
  return appOf(settings, appid)?.buckets.find((bucket) => bucket.name === name);
}

/** Where downloads without a known host look, and where a scenario puts its files. */
export function firstBucket({ apps }: Settings): { readonly app: App; readonly bucket: Bucket } {
  const [app] = apps;
  const [bucket] = app?.buckets ?? [];
  return app === undefined || bucket === undefined ? unreachable('settings without a bucket') : { app, bucket };
}
