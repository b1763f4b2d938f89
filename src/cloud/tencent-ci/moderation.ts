import type { CloudResponse, Pairs } from '../service.ts';
import { Refusal } from '../service.ts';
import { decodePath } from '../text.ts';
import { refuse } from './failures.ts';
import { type Admitted, param } from './guard.ts';
import { xmlAnswer } from './objects.ts';
import { factsOf } from './processing.ts';
import type { BucketSettings } from './settings.ts';
import { type CiCall, type CiDraft, md5Of, type StoredObject, sizeOf, type Verdict } from './state.ts';
import { verdictOf } from './verdicts.ts';
import { childrenOf, readXml, textIn, type XmlNode } from './xml.ts';

const scenes = ['porn', 'terrorist', 'politics', 'ads'];
const extensions = ['png', 'jpg', 'jpeg', 'gif', 'webp', 'bmp', 'tif', 'tiff', 'heic', 'ico', 'svg', ''];

/** Moderation of one picture, now; what is found illegal is frozen. @source cloud-services.md 2.5 */
export function moderate(state: CiDraft, call: CiCall, { bucket, key }: Admitted): CloudResponse {
  const { query } = call.request;
  const wanted = scenesOf(bucket, {
    bizType: param(query, 'biz-type'),
    scenes: param(query, 'detect-type'),
  });
  const url = param(query, 'detect-url');
  const path = url === undefined ? `${bucket.name}/${key}` : pathOfUrl(call, bucket, url);
  const verdict = judge(state, call, bucket, path, url === undefined ? -61011 : -65010);
  return xmlAnswer(call, {
    RecognitionResult: { JobId: jobIdOf(call, 0), State: 'Success', ...findingsOf(verdict, wanted) },
  });
}

/** A list of inputs; each has its own code, and the whole is 200. */
export function moderateMany(state: CiDraft, call: CiCall, { bucket }: Admitted): CloudResponse {
  const { body } = call.request;
  if (body.type !== 'raw') throw refuse(1021);
  if (body.blob.size === 0) throw refuse(1016);
  const wish = readXml(body.text, 'Request');
  if (wish === null) throw refuse(1011);
  const inputs = childrenOf(wish, 'Input');
  const isTooMany = inputs.length > call.settings.limits.moderatedInputsMax;
  if (inputs.length === 0 || isTooMany) throw refuse(1015);
  const conf = childrenOf(wish, 'Conf')[0] ?? {};
  const details = inputs.map((input, at) => ({
    JobId: jobIdOf(call, at),
    ...given(input, 'DataId'),
    ...given(input, 'Object'),
    ...given(input, 'Url'),
    ...judgeInput(state, call, bucket, input, conf),
  }));
  return xmlAnswer(call, { Response: { JobsDetail: details } });
}

function judgeInput(
  state: CiDraft,
  call: CiCall,
  bucket: BucketSettings,
  input: XmlNode,
  conf: XmlNode,
): Readonly<Record<string, unknown>> {
  try {
    const wanted = scenesOf(bucket, {
      bizType: textIn(conf, 'BizType').trim() || undefined,
      scenes: textIn(conf, 'DetectType').trim() || undefined,
    });
    const [object, url] = [textIn(input, 'Object'), textIn(input, 'Url').trim()];
    const path = object === '' ? pathOfUrl(call, bucket, url) : `${bucket.name}/${object}`;
    const verdict = judge(state, call, bucket, path, object === '' ? -65010 : -61011);
    return { Code: 0, Message: 'success', State: 'Success', ...findingsOf(verdict, wanted) };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { Code: thrown.row.code, Message: thrown.row.description ?? '', State: 'Failed' };
  }
}

function given(input: XmlNode, name: string): Readonly<Record<string, string>> {
  const text = textIn(input, name);
  return text === '' ? {} : { [name]: text };
}

/** What is looked for. @throws Refusal */
function scenesOf(
  bucket: BucketSettings,
  { bizType, scenes: listed }: { readonly bizType: string | undefined; readonly scenes: string | undefined },
): readonly string[] {
  if (bizType !== undefined && bizType !== '') {
    if (!bucket.bizTypes.includes(bizType)) throw refuse(-65016);
    return scenes;
  }
  const wanted = (listed ?? '').split(',').map((scene) => scene.trim().toLowerCase());
  const known = scenes.filter((scene) => wanted.includes(scene));
  if (known.length === 0) throw refuse(-65015);
  return known;
}

/** Only what this account has can be loaded from an address. @throws Refusal */
function pathOfUrl({ base, settings }: CiCall, bucket: BucketSettings, url: string): string {
  const [, host = '', rest = ''] = /^https?:\/\/([^/?#]+)\/([^?#]*)/i.exec(url) ?? [];
  const key = decodePath(rest);
  const named = settings.buckets.find(({ name }) => host.startsWith(`${name}.`));
  const isOwn = host === base.replace(/^https?:\/\//, '');
  if (key === null || key === '' || (named === undefined && !isOwn)) throw refuse(-65010);
  return `${(named ?? bucket).name}/${key}`;
}

function judge(state: CiDraft, call: CiCall, bucket: BucketSettings, path: string, missingCode: number): Verdict {
  const { limits } = call.settings;
  if (!bucket.roleBound) throw refuse(-65014);
  const object = state.objects[path];
  if (object === undefined) throw refuse(missingCode);
  const extension = /\.([^./]*)$/.exec(object.key)?.[1]?.toLowerCase() ?? '';
  if (!extensions.includes(extension)) throw refuse(-65013);
  if (sizeOf(object.content) > limits.moderatedBytesMax) throw refuse(-65011);
  const facts = factsOf(call, object.content);
  if (facts === null || facts === 'uncompressible') throw refuse(-65007);
  if (Math.min(facts.width, facts.height) < limits.moderatedSideMin) throw refuse(-65012);
  const verdict = object.content.type === 'blob' ? verdictOf(call, object.content.blob) : 'good';
  settle(state, object, verdict);
  return verdict;
}

function settle(state: CiDraft, object: CiDraft['objects'][string], verdict: Verdict): void {
  object.verdict = verdict;
  const md5 = md5Of(object.content as StoredObject['content']);
  if (verdict === 'illegal' && !state.frozen.includes(md5)) state.frozen.push(md5);
}

/** Result: 0 good, 1 illegal, 2 suspect. */
function findingsOf(verdict: Verdict, wanted: readonly string[]): Readonly<Record<string, unknown>> {
  const [result, score] = { good: [0, 0], illegal: [1, 99], suspect: [2, 75] }[verdict] as [number, number];
  const label = verdict === 'good' ? 'Normal' : 'Porn';
  const info = { Code: 0, Msg: 'OK', HitFlag: result, Score: score, Label: '' };
  const names: Pairs = wanted.map((scene) => [`${scene[0]?.toUpperCase()}${scene.slice(1)}Info`, scene]);
  const infos = names.map(([name, scene]) => [name, scene === 'porn' ? info : { ...info, HitFlag: 0, Score: 0 }]);
  return { Result: result, Label: label, Score: score, ...Object.fromEntries(infos) };
}

function jobIdOf({ serial, nowMs }: CiCall, at: number): string {
  return `si${nowMs.toString(16)}${serial.toString(16).padStart(6, '0')}${at.toString(16).padStart(2, '0')}`;
}
