import type { CloudResponse } from '../service.ts';
import { Refusal } from '../service.ts';
import { decodePath, jsonOf } from '../text.ts';
import { failureOf, refuse } from './failures.ts';
import type { Admitted } from './guard.ts';
import {
  bodyBlob,
  checkDigest,
  contentTypeOf,
  isFrozen,
  keptHeaders,
  locationOf,
  store,
  xmlAnswer,
} from './objects.ts';
import { type Picture, pictureTypes } from './pictures.ts';
import { factsOf, resultOf } from './processing.ts';
import { followRule, type RuleTrouble, readRule } from './rules.ts';
import type { BucketSettings } from './settings.ts';
import { below, type CiCall, type CiDraft, type Content, md5Of, type StoredObject, sizeOf } from './state.ts';

/** PUT with Pic-Operations. The object stays when its processing fails: what was uploaded is there. */
export function uploadAndProcess(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  if (admitted.key === '') throw refuse(-60950);
  const blob = bodyBlob(call);
  checkDigest(call, blob);
  const stored = store(state, call, admitted, { blob, contentType: contentTypeOf(call), headers: keptHeaders(call) });
  try {
    return processAndKeep(state, call, admitted, stored);
  } catch (thrown) {
    // Only a refusal that is answered here leaves the object; one that is thrown on would take it back.
    if (thrown instanceof Refusal) return failureOf(thrown, call);
    throw thrown;
  }
}

/** POST ?image_process: the same for what is stored. */
export function processStored(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  if (admitted.key === '') throw refuse(-60950);
  const object = state.objects[admitted.path];
  if (object === undefined || isFrozen(object)) throw refuse(-60987);
  return processAndKeep(state, call, admitted, object);
}

interface Operation {
  readonly bucket: BucketSettings;
  readonly key: string;
  readonly rule: string;
}

function processAndKeep(state: CiDraft, call: CiCall, admitted: Admitted, object: StoredObject): CloudResponse {
  const operations = readOperations(call, admitted);
  const { limits } = call.settings;
  if (sizeOf(object.content) > limits.persistedBytesMax) throw refuse(-60996);
  const facts = factsOf(call, object.content);
  if (facts === null || facts === 'uncompressible') throw refuse(-62999);
  const results = operations.map((operation) => {
    const picture = resultOrRefusal(state, call, operation, facts);
    const content = resultOf({ facts, content: object.content }, picture);
    return { ...operation, picture, content };
  });
  for (const { bucket, key, picture, content } of results) keep(state, call, bucket, key, picture, content);
  return resultAnswer(call, object, facts, results);
}

/** The header, understood; its places checked. @throws Refusal */
function readOperations(call: CiCall, { bucket, key }: Admitted): readonly Operation[] {
  const header = call.request.headers['pic-operations'] ?? '';
  const wish = jsonOf(header) ?? jsonOf(decodePath(header));
  if (typeof wish !== 'object' || wish === null) throw refuse(-60998);
  const { rules = [] } = wish as { readonly rules?: unknown };
  if (!Array.isArray(rules)) throw refuse(-60998);
  if (rules.length > call.settings.limits.rulesMax) throw refuse(-60997);
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  return rules.map((each: unknown) => {
    if (typeof each !== 'object' || each === null) throw refuse(-60998);
    const { fileid, rule, bucket: named = bucket.name } = each as Readonly<Record<string, unknown>>;
    if (typeof fileid !== 'string' || fileid === '' || fileid === '/') throw refuse(-60950);
    if (typeof rule !== 'string') throw refuse(-60998);
    const target = call.settings.buckets.find(({ name }) => name === named);
    if (target === undefined || !target.writable) throw refuse(-60936);
    return { bucket: target, key: fileid.startsWith('/') ? fileid.slice(1) : folder + fileid, rule };
  });
}

const ruleCodes: Readonly<Record<RuleTrouble, number>> = {
  unknownRule: -60998,
  unknownStyle: -60967,
  unknownFormat: -60998,
  tooWide: -60998,
  tooManyPixels: -60996,
  tooManyFrames: -60996,
  tooSlow: -60996,
};

function resultOrRefusal(
  state: CiDraft,
  call: CiCall,
  { rule: text, bucket, key }: Operation,
  facts: Exclude<ReturnType<typeof factsOf>, string | null>,
): Picture {
  const { limits } = call.settings;
  if (new TextEncoder().encode(key).length > limits.keyBytesMax) throw refuse(-60998);
  const rule = readRule(text, (style) => state.styles[`${bucket.name}/${style}`]?.rule);
  if (typeof rule === 'string') throw refuse(ruleCodes[rule]);
  if (rule.styles.length > 0 && below(state.styles, bucket.name).length > limits.stylesMax) throw refuse(-60957);
  const picture = followRule(rule, facts, call.settings);
  if (typeof picture === 'string') throw refuse(ruleCodes[picture]);
  return picture;
}

function keep(
  state: CiDraft,
  call: CiCall,
  bucket: BucketSettings,
  key: string,
  { format }: Picture,
  content: Content,
): void {
  const kept: StoredObject = {
    key,
    content,
    etag: `"${md5Of(content)}"`,
    modifiedMs: call.nowMs,
    contentType: pictureTypes[format],
    headers: [],
    verdict: null,
  };
  state.objects[`${bucket.name}/${key}`] = kept as CiDraft['objects'][string];
}

function resultAnswer(
  call: CiCall,
  object: StoredObject,
  facts: Picture,
  results: readonly (Operation & { readonly picture: Picture; readonly content: Content })[],
): CloudResponse {
  const sizes = ({ width, height }: Picture) => ({ Width: width, Height: height });
  const answer = xmlAnswer(call, {
    UploadResult: {
      OriginalInfo: {
        Key: object.key,
        Location: locationOf(call, object.key),
        ETag: object.etag,
        ImageInfo: {
          Format: formatWord(facts),
          ...sizes(facts),
          Quality: 100,
          Ave: '0x000000',
          Orientation: 0,
        },
      },
      ProcessResults: {
        Object: results.map(({ key, picture, content }) => ({
          Key: key,
          Location: locationOf(call, key),
          Format: formatWord(picture),
          ...sizes(picture),
          Size: sizeOf(content),
          Quality: 100,
          ETag: `"${md5Of(content)}"`,
        })),
      },
    },
  });
  return { ...answer, headers: [...answer.headers, ['etag', object.etag]] };
}

function formatWord({ format }: Picture): string {
  return format === 'jpg' ? 'JPEG' : format.toUpperCase();
}
