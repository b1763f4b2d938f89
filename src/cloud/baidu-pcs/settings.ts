import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const KiB = 1024;
const GiB = KiB ** 3;
const dayMs = 24 * 60 * 60 * 1000;

const appSchema = v.strictObject({
  id: v.optional(v.string(), 'example-app'),
  /** Name of its folder: all of its paths are under `/apps/<folder>`. */
  folder: v.optional(v.string(), 'longshore'),
  /** May not change anything. */
  readOnly: v.optional(v.boolean(), false),
  maySetQuota: v.optional(v.boolean(), false),
  /** Client addresses it may call from, as `x-forwarded-for` tells them, else 127.0.0.1; null: from everywhere. */
  addresses: v.optional(v.nullable(v.array(v.string())), null),
});

const userSchema = v.strictObject({
  name: v.optional(v.string(), 'example-user'),
  /** Its session cookie, for clients that have no token; null: none. */
  bduss: v.optional(v.nullable(v.string()), 'example-bduss'),
  loggedIn: v.optional(v.boolean(), true),
  active: v.optional(v.boolean(), true),
  /** Ids of the applications that it lets in; null: all. */
  apps: v.optional(v.nullable(v.array(v.string())), null),
  quotaBytes: v.optional(count, 5 * GiB),
});

const tokenSchema = v.strictObject({
  token: v.optional(v.string(), 'example-access-token'),
  /** Names a user; one that is gone leaves the token without an owner. */
  user: v.optional(v.string(), 'example-user'),
  /** Id of an application. */
  app: v.optional(v.string(), 'example-app'),
  scopes: v.optional(v.array(v.string()), ['basic', 'netdisk']),
  /** Milliseconds since 1970; null: it never grows old. */
  issuedMs: v.optional(v.nullable(count), null),
});

/** What a half of the store can do. */
const health = v.optional(v.picklist(['up', 'readOnly', 'down']), 'up');

const storeSchema = v.strictObject({
  /** Contents of the files. */
  data: health,
  /** Their names and places. */
  meta: health,
  /** MD5 of contents that the store has lost, though the files still stand in their folders. */
  lost: v.optional(v.array(v.string()), []),
  /** MD5 of contents that nobody may download. */
  forbidden: v.optional(v.array(v.string()), []),
});

const limitsSchema = v.strictObject({
  uploadBytesMax: v.optional(count, 2 * GiB),
  blocksMin: v.optional(count, 2),
  blocksMax: v.optional(count, 1024),
  /** Files of this size and below are not taken by their digests. */
  rapidBytesMin: v.optional(count, 256 * KiB),
  pathCharactersMax: v.optional(count, 1000),
  folderEntriesMax: v.optional(count, 100_000),
  sliceAgeMsMax: v.optional(count, dayMs),
  binAgeMsMax: v.optional(count, 10 * dayMs),
  tokenAgeMsMax: v.optional(count, 30 * dayMs),
  diffEntriesMax: v.optional(v.pipe(count, v.minValue(1)), 1000),
  /** Things that one call may name in `param`, and that it is told of the bin where it asks for no number. */
  listedMax: v.optional(count, 1000),
  /** Removed paths that a drive remembers for `diff`; a cursor from before them starts again. */
  removalsMax: v.optional(count, 10_000),
  thumbnailPixelsMax: v.optional(count, 1600),
  imageBytesMax: v.optional(count, 10 * KiB ** 2),
  /** Contents of all users together, their slices and recycle bins among them; null: no limit. */
  storeBytesMax: v.optional(v.nullable(count), null),
  /** Of one user in `windowMs`; refused requests do not count. Null: no limit. */
  requestsMax: v.optional(v.nullable(count), null),
  trafficBytesMax: v.optional(v.nullable(count), null),
  windowMs: v.optional(v.pipe(count, v.minValue(1)), dayMs),
});

/** What real servers were seen to do otherwise. */
const optionsSchema = v.strictObject({
  /** Missing folders are refused, not made. */
  strictParents: v.optional(v.boolean(), false),
  jsonType: v.optional(v.picklist(['application/json', 'text/html']), 'application/json'),
  /** Every failure has the status 200. */
  errorsAs200: v.optional(v.boolean(), false),
  /** A token over age is answered by 111 with the status 200. */
  expiredAs111: v.optional(v.boolean(), false),
  /** 31066 has the status 404. */
  missingAs404: v.optional(v.boolean(), false),
  /** 31081 has the status 404. */
  superfileAs404: v.optional(v.boolean(), false),
  /** An unknown block is answered by 31363 with the status 403. */
  blockAs31363: v.optional(v.boolean(), false),
  /** Downloads are sent to another address, which has the bytes. */
  downloadRedirects: v.optional(v.boolean(), false),
  /** `block_list` is a text that holds JSON. */
  blockListAsText: v.optional(v.boolean(), false),
  /** `meta` tells `server_filename` and `md5` too. */
  metaNames: v.optional(v.boolean(), false),
  /** Length of `fs_id` and `request_id`; with 17 and more a reader of doubles corrupts them. */
  idDigits: v.optional(v.pipe(count, v.minValue(10), v.maxValue(19)), 10),
});

export const settingsSchema = v.strictObject({
  apps: v.optional(v.array(appSchema), [{}]),
  users: v.optional(v.array(userSchema), [{}]),
  tokens: v.optional(v.array(tokenSchema), [{}]),
  store: v.optional(storeSchema, {}),
  limits: v.optional(limitsSchema, {}),
  options: v.optional(optionsSchema, {}),
});

export type Settings = v.InferOutput<typeof settingsSchema>;
export type App = v.InferOutput<typeof appSchema>;
export type User = v.InferOutput<typeof userSchema>;
export type Health = Settings['store']['data'];
