import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { CloudResponse } from '../service.ts';
import { decodePath } from '../text.ts';
import { refuse } from './failures.ts';
import type { Admitted } from './guard.ts';
import { type ImageFacts, readImage } from './images.ts';
import { common, encodeKey, isFrozen, serveContent } from './objects.ts';
import { ruleIn } from './operations.ts';
import { draw, type Picture, pictureTypes } from './pictures.ts';
import { followRule, type Rule, type RuleTrouble, readRule } from './rules.ts';
import { type CiCall, type CiDraft, type Content, md5Of, type StoredObject, sizeOf } from './state.ts';

/** A picture that can be processed. */
export interface Source {
  readonly facts: ImageFacts;
  readonly content: Content;
  readonly modifiedMs: number;
}

/** GET of a picture with a rule: the result, or the facts that `imageInfo` asks for. @source cloud-services.md 2.5 */
export function processed(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  const rule = wantedRule(state, call, admitted);
  if (admitted.bucket.originalProtected && rule.styles.length === 0) throw refuse(-154);
  const source = readableSource(state, call, admitted);
  if (rule.styles.some((name) => (state.styles[`${admitted.bucket.name}/${name}`]?.sinceMs ?? 0) > source.modifiedMs)) {
    throw refuse(-109);
  }
  const picture = followRule(rule, source.facts, call.settings);
  if (typeof picture === 'string') throw refuse(ruleCodes[picture]);
  if (rule.asksFacts) return factsAnswer(call, picture, source.content);
  const content = resultOf(source, picture);
  if (sizeOf(content) > call.settings.limits.resultBytesMax) throw refuse(-168);
  return served(call, content, source.modifiedMs, picture);
}

const ruleCodes: Readonly<Record<RuleTrouble, number>> = {
  unknownRule: -106,
  unknownStyle: -105,
  unknownFormat: -443,
  tooWide: -442,
  tooManyPixels: -447,
  tooManyFrames: -447,
  tooSlow: -901,
};

function wantedRule(state: CiDraft, call: CiCall, { bucket }: Admitted): Rule {
  const text = decodePath(ruleIn(call.request) ?? '');
  const rule = readRule(text ?? '', (style) => state.styles[`${bucket.name}/${style}`]?.rule);
  if (typeof rule === 'string') throw refuse(ruleCodes[rule]);
  return rule;
}

function readableSource(state: CiDraft, call: CiCall, admitted: Admitted): Source {
  const { limits } = call.settings;
  const object = state.objects[admitted.path];
  if (object === undefined) return pulledSource(state, call, admitted);
  checkLegal(state, object, admitted);
  if (sizeOf(object.content) === 0) throw refuse(-40168);
  if (sizeOf(object.content) > limits.imageBytesMax) throw refuse(-167);
  const facts = factsOf(call, object.content);
  if (facts === 'uncompressible') throw refuse(-441);
  if (facts === null) throw refuse(-443);
  return { facts, content: object.content, modifiedMs: object.modifiedMs };
}

/** What moderation has found about the picture, or about others with the same bytes. */
function checkLegal(state: CiDraft, object: StoredObject, { host }: Admitted): void {
  if (isFrozen(object)) throw refuse(host === 'pic' ? -110 : -46646);
  if (state.frozen.includes(md5Of(object.content))) throw refuse(-46617);
  if (object.verdict === 'suspect') throw refuse(-5062);
}

export function factsOf(call: CiCall, content: Content): ReturnType<typeof readImage> {
  return content.type === 'drawn' ? { ...content.picture, frames: 1 } : readImage(call.head(content.blob));
}

/** A picture that the bucket has not: perhaps its origin has. */
function pulledSource(state: CiDraft, call: CiCall, { bucket, key, host }: Admitted): Source {
  const { limits, options } = call.settings;
  const isUnderWay = Object.entries(state.uploads).some(
    ([path, upload]) => path.startsWith(`${bucket.name}/`) && upload.key === key,
  );
  if (isUnderWay) throw refuse(-46614);
  const { origin } = bucket;
  if (origin?.mode === 'redirect') {
    throw refuse(-156, { headers: [['location', `${origin.url}/${encodeKey(key)}`]] });
  }
  const file = origin?.files.find((each) => each.key === key);
  if (file === undefined) throw refuse(host === 'pic' || options.placeholder ? -6101 : -46628);
  if (file.delayMs > limits.originMsMax) throw refuse(-902);
  const facts = readImage(Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0)));
  if (file.status !== 200 || facts === null || facts === 'uncompressible') throw refuse(-120);
  return { facts, content: drawn(facts), modifiedMs: call.nowMs };
}

/** The source's own bytes, when the rule leaves it as it is. */
export function resultOf({ facts, content }: Pick<Source, 'facts' | 'content'>, picture: Picture): Content {
  const { format, width, height } = picture;
  const isSame = format === facts.format && width === facts.width && height === facts.height;
  return isSame ? content : drawn(picture);
}

export function drawn({ format, width, height }: Picture): Content {
  const picture = { format, width, height };
  const bytes = draw(picture);
  return { type: 'drawn', picture, size: bytes.length, md5: bytesToHex(md5(bytes)) };
}

function served(call: CiCall, content: Content, modifiedMs: number, { format }: Picture): CloudResponse {
  checkRange(call.request.headers.range, sizeOf(content));
  const answer = serveContent(call, content, {
    etag: `"${md5Of(content)}"`,
    modifiedMs,
    contentType: pictureTypes[format],
    headers: common(call),
  });
  if (answer !== null) return answer;
  const from = Number(/\d+/.exec(call.request.headers.range ?? '')?.[0]);
  // A resume of what is there whole starts just at the end: an offset that the store refuses, not one past the end.
  const code = from === sizeOf(content) && from > 0 ? -124 : -29034;
  throw refuse(code, { headers: [['content-range', `bytes */${sizeOf(content)}`]] });
}

function checkRange(range: string | undefined, size: number): void {
  if (range === undefined) return;
  const pieces = /^bytes=(.*)$/i.exec(range.trim())?.[1]?.split(',') ?? [''];
  const isUsable = pieces.every((piece) => {
    const [, from = '', to = ''] = /^\s*(\d*)-(\d*)\s*$/.exec(piece) ?? [];
    return from === '' ? Number(to) > 0 : to === '' || Number(from) <= Number(to);
  });
  if (!isUsable) throw refuse(-29033, { headers: [['content-range', `bytes */${size}`]] });
}

/** JSON; numbers are texts in it. */
function factsAnswer(call: CiCall, { format, width, height }: Picture, content: Content): CloudResponse {
  return {
    status: 200,
    headers: [['content-type', 'application/json'], ...common(call)],
    body: JSON.stringify({
      format: format === 'jpg' ? 'jpeg' : format,
      width: String(width),
      height: String(height),
      size: String(sizeOf(content)),
      md5: md5Of(content),
      photo_rgb: '0x000000',
    }),
  };
}
