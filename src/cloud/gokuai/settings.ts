import * as v from 'valibot';

const text = (fallback: string) => v.optional(v.string(), fallback);
const texts = (...fallback: readonly string[]) => v.optional(v.array(v.string()), [...fallback]);
const whole = (fallback: number) => v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), fallback);
const flag = v.optional(v.boolean(), false);

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const dayMs = 24 * 60 * minuteMs;
const mebibyte = 1024 * 1024;

const rights = ['list', 'write', 'download', 'delete', 'destroy'] as const;

const librarySchema = v.strictObject({
  clientId: text('example-library'),
  clientSecret: text('example-library-secret'),
  orgId: whole(1001),
  mountId: whole(2001),
  name: text('Example library'),
  kind: v.optional(v.picklist(['shared', 'personal']), 'shared'),
  /** closed: its clients may not enter. deleted: its credentials outlived it. */
  condition: v.optional(v.picklist(['open', 'closed', 'deleted']), 'open'),
  capacityBytes: whole(10 * 1024 * mebibyte),
  storagePoint: text('example-storage'),
  /** Accounts of the people who have this library. */
  members: texts('someone@example.test'),
  /** Operations that its application may not call, and those that an administrator must grant first. */
  withheld: texts(),
  onRequest: texts(),
  /** What nobody may do at a path and below it; an empty path is the whole library. */
  rules: v.optional(v.array(v.strictObject({ path: v.string(), denied: v.array(v.picklist(rights)) })), []),
  /** Files that somebody holds: everybody else is refused. */
  locks: v.optional(
    v.array(
      v.strictObject({
        path: v.string(),
        by: v.string(),
        kind: v.picklist(['exclusive', 'edited', 'editedTogether']),
      }),
    ),
    [],
  ),
});

const personSchema = v.strictObject({
  account: text('someone@example.test'),
  name: text('Someone'),
  password: text('example-password'),
  /** Handed to the person by a system of the enterprise, for the grant of that name. */
  exchangeToken: text('example-exchange-token'),
  /** Valid for ever. */
  token: text('example-token'),
  condition: v.optional(v.picklist(['active', 'banned', 'disabled']), 'active'),
});

const enterpriseSchema = v.strictObject({
  id: whole(1),
  name: text('Example enterprise'),
  clientId: text('example-enterprise'),
  clientSecret: text('example-enterprise-secret'),
  /** End of its licence in milliseconds since 1970; 0 for none. */
  expiresMs: whole(0),
});

const limitsSchema = v.strictObject({
  /** Either way. */
  clockSkewMsMax: whole(15 * minuteMs),
  tokenAgeMsMax: whole(dayMs),
  tokensMax: whole(1000),
  /** From `create_file`, or the last part, to the next one. */
  sessionAgeMsMax: whole(dayMs),
  /** Of a key of `upload_servers`. */
  keyAgeMsMax: whole(60 * minuteMs),
  downloadAgeMsMax: whole(60 * minuteMs),
  previewAgeMsMax: whole(60 * minuteMs),
  uploadBytesMax: whole(100 * 1024 * mebibyte),
  sliceBytesMax: whole(10 * mebibyte),
  /** Begun and not finished. */
  uploadsAtOnceMax: whole(100),
  nameCharsMax: whole(255),
  pathCharsMax: whole(4000),
  /** Of a tag. */
  tagCharsMax: whole(255),
  pageEntriesMax: whole(1000),
  /** In a library, and once more in its recycle bin, which then forgets the oldest. */
  entriesMax: whole(100_000),
  /** Of one upload. */
  partsMax: whole(10_000),
  versionsMax: whole(100),
  changesMax: whole(1000),
  linkAgeMsMax: whole(365 * dayMs),
  linkVisitsMax: whole(100_000),
  linksMax: whole(10_000),
});

const optionsSchema = v.strictObject({
  /** Seen in real answers: every number of a success as a string. */
  numbersAsStrings: flag,
  /** Seen in real answers: 401041 for a wrong signature, a number that the table lacks. */
  unlistedSignatureCode: flag,
  /** Seen in real answers: rows whose codes begin with 502 and 503 travel with these statuses, not with 500. */
  statusByCode: flag,
  /** `upload_servers` answers as older hosts do. */
  olderUploadServers: flag,
  /** What `create_file` names: bare lacks the scheme, several joins addresses with commas. */
  serverAddress: v.optional(v.picklist(['whole', 'bare', 'several']), 'whole'),
  /** How many upload servers are free. */
  uploadServers: whole(1),
  /** What `copy` and `move` answer. */
  copyAnswers: v.optional(v.picklist(['entry', 'nothing']), 'entry'),
  /** `upload_finish` answers 202 for so long. */
  finishMs: whole(0),
  /** Folders are worked on after the answer, for so long per entry. */
  workMsPerEntry: whole(0),
  /** Operations that are switched off, and those that no longer exist. */
  off: texts(),
  retired: texts(),
  links: v.optional(
    v.strictObject({
      off: flag,
      personalOff: flag,
      sharedOff: flag,
      membersOnly: flag,
    }),
    {},
  ),
  /** Extensions that can be shown, and those that are files of no known kind at all. */
  previewed: texts('doc', 'docx', 'gif', 'jpg', 'md', 'pdf', 'png', 'ppt', 'pptx', 'txt', 'xls', 'xlsx'),
  unknownKinds: texts('', 'bin', 'exe', 'dat'),
  /** Addresses of clients that may call; empty for all. The first of X-Forwarded-For counts, else 127.0.0.1. */
  addresses: texts(),
  /** The same for those that may log in. */
  loginAddresses: texts(),
  /** Other storage points of the enterprise, which none of its libraries need have. */
  storagePoints: texts('example-storage', 'other-storage'),
  /** While it lasts, the API is closed; milliseconds since 1970. */
  maintenance: v.optional(v.strictObject({ fromMs: whole(0), untilMs: whole(0) }), {}),
});

/** Example credentials, generous limits and the documented behaviour, where nothing else is said. @source cloud-services.md 3 */
export const settingsSchema = v.strictObject({
  enterprise: v.optional(enterpriseSchema, {}),
  libraries: v.optional(v.pipe(v.array(librarySchema), v.minLength(1)), [{}]),
  people: v.optional(v.array(personSchema), [{}]),
  limits: v.optional(limitsSchema, {}),
  options: v.optional(optionsSchema, {}),
});

export type GokuaiSettings = v.InferOutput<typeof settingsSchema>;
export type Library = GokuaiSettings['libraries'][number];
export type Person = GokuaiSettings['people'][number];
export type Limits = GokuaiSettings['limits'];
export type Right = (typeof rights)[number];
