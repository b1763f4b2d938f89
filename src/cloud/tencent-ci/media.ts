import type { CloudResponse } from '../service.ts';
import { idsOf, refuse } from './failures.ts';
import { type Admitted, param } from './guard.ts';
import { xmlAnswer } from './objects.ts';
import type { CiCall, CiDraft, Queue, Template, Workflow } from './state.ts';
import { childrenOf, readXml, textIn, type XmlNode } from './xml.ts';

/** The XML that came with a call of the job API. @throws Refusal */
export function requestOf({ request: { headers, body } }: CiCall): XmlNode {
  const type = headers['content-type'];
  if (body.type !== 'raw' || (type !== undefined && !/^(application|text)\/xml\b/i.test(type))) throw refuse(1021);
  if (body.blob.size === 0) throw refuse(1016);
  const wish = readXml(body.text, 'Request');
  if (wish === null) throw refuse(1011);
  return wish;
}

export function respond(call: CiCall, content: object): CloudResponse {
  return xmlAnswer(call, { Response: { RequestId: idsOf(call)[0], ...content } });
}

/** As the job API writes an instant. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, '+0000');
}

/** GET lists the account's buckets that are bound; POST binds the one that the host names. */
export function mediaBuckets(state: CiDraft, call: CiCall, { bucket }: Admitted): CloudResponse {
  const { settings, request } = call;
  const { buckets } = state.media;
  const describe = (name: string) => ({
    BucketId: name,
    Name: name,
    Region: settings.buckets.find((each) => each.name === name)?.region ?? '',
    CreateTime: timeOf(call.nowMs),
  });
  if (request.method === 'GET') {
    const named = param(request.query, 'bucketname');
    const found = buckets.filter((name) => named === undefined || name === named);
    return listed(call, 'MediaBucketList', found.map(describe));
  }
  if (buckets.includes(bucket.name)) throw refuse(1100);
  if (buckets.length >= settings.limits.mediaBucketsMax) throw refuse(1109);
  buckets.push(bucket.name);
  const queue: Queue = {
    id: `q${call.serial.toString(16).padStart(8, '0')}`,
    bucket: bucket.name,
    createdMs: call.nowMs,
    name: 'queue-1',
    state: 'Active',
  };
  state.media.queues.push(queue);
  return respond(call, { MediaBucket: describe(bucket.name) });
}

/** One page of a list, as `pageNumber` and `pageSize` ask for it. */
function listed(call: CiCall, tag: string, all: readonly object[]): CloudResponse {
  const { query } = call.request;
  const number = pageParam(param(query, 'pagenumber'), 1);
  const size = Math.min(100, pageParam(param(query, 'pagesize'), 10));
  const page = all.slice((number - 1) * size, number * size);
  return respond(call, { TotalCount: all.length, PageNumber: number, PageSize: size, [tag]: page });
}

function pageParam(text: string | undefined, standard: number): number {
  if (text === undefined || text === '') return standard;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw refuse(1015);
  return Number(text);
}

interface Kind<Thing> {
  /** Tags of one, and of the list of them. */
  readonly tag: string;
  readonly listTag: string;
  readonly idPrefix: string;
  /** Where the call has its content, inside of `Request`. */
  readonly wishIn: string | null;
  readonly missingCode: number;
  readonly limitCode: number;
  readonly limit: 'templatesMax' | 'queuesMax' | 'workflowsMax';
  readonly nameTaken: number | null;
  thingsOf(state: CiDraft): Thing[];
  /** What a wish says of a thing. @throws Refusal */
  read(wish: XmlNode): Omit<Thing, 'id' | 'bucket' | 'createdMs'>;
  describe(thing: Thing): object;
}

type MediaThing = Template | Queue | Workflow;

const templateTags = ['Transcode', 'Snapshot', 'Animation', 'Concat', 'Watermark', 'SmartCover'];

const templateKind: Kind<Template> = {
  tag: 'Template',
  listTag: 'TemplateList',
  idPrefix: 't',
  wishIn: null,
  missingCode: 1107,
  limitCode: 1110,
  limit: 'templatesMax',
  nameTaken: 1112,
  thingsOf: ({ media }) => media.templates,
  read: (wish) => {
    const [tag, name] = [textIn(wish, 'Tag').trim(), textIn(wish, 'Name')];
    if (!templateTags.includes(tag) || name === '') throw refuse(1015);
    return { tag, name };
  },
  describe: ({ tag, name, id }) => ({ Tag: tag, Name: name, State: 'Normal', TemplateId: id, Category: 'Custom' }),
};

const queueKind: Kind<Queue> = {
  tag: 'Queue',
  listTag: 'QueueList',
  idPrefix: 'q',
  wishIn: null,
  missingCode: 1106,
  limitCode: 1145,
  limit: 'queuesMax',
  nameTaken: null,
  thingsOf: ({ media }) => media.queues,
  read: (wish) => ({ name: nameIn(wish), state: stateIn(wish, 'Active') }),
  describe: ({ id, name, state }) => ({ QueueId: id, Name: name, State: state, MaxSize: 10_000, MaxConcurrent: 10 }),
};

const workflowKind: Kind<Workflow> = {
  tag: 'MediaWorkflow',
  listTag: 'MediaWorkflowList',
  idPrefix: 'w',
  wishIn: 'MediaWorkflow',
  missingCode: 1103,
  limitCode: 1120,
  limit: 'workflowsMax',
  nameTaken: null,
  thingsOf: ({ media }) => media.workflows,
  read: (wish) => ({ name: nameIn(wish), state: stateIn(wish, 'Paused') }),
  describe: ({ id, name, state }) => ({ WorkflowId: id, Name: name, State: state }),
};

function nameIn(wish: XmlNode): string {
  const name = textIn(wish, 'Name');
  if (name === '') throw refuse(1015);
  return name;
}

function stateIn(wish: XmlNode, standard: 'Active' | 'Paused'): 'Active' | 'Paused' {
  const state = textIn(wish, 'State').trim() || standard;
  if (state !== 'Active' && state !== 'Paused') throw refuse(1015);
  return state;
}

export const templates = callsOn(templateKind);
export const queues = callsOn(queueKind);
const plainWorkflows = callsOn(workflowKind);

/** An active workflow is paused first, by `PUT /workflow/<id>?paused`, and then changed. */
export function workflows(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  const { method, query } = call.request;
  const id = admitted.key.split('/')[1];
  const found = state.media.workflows.find((each) => each.id === id && each.bucket === admitted.bucket.name);
  if (method === 'PUT' && found !== undefined) {
    const wanted = (['Active', 'Paused'] as const).find((each) => param(query, each.toLowerCase()) !== undefined);
    if (wanted !== undefined) {
      found.state = wanted;
      return respond(call, { MediaWorkflow: workflowKind.describe(found) });
    }
    if (found.state === 'Active') throw refuse(1114);
  }
  return plainWorkflows(state, call, admitted);
}

/** GET lists, POST makes, PUT changes, DELETE forgets. */
function callsOn<Thing extends MediaThing>(kind: Kind<Thing>) {
  return (state: CiDraft, call: CiCall, { bucket, key }: Admitted): CloudResponse => {
    const { method, query } = call.request;
    if (!state.media.buckets.includes(bucket.name)) throw refuse(1111);
    const id = key.split('/')[1] ?? '';
    const things = kind.thingsOf(state);
    const own = things.filter((thing) => thing.bucket === bucket.name);
    if (method === 'GET') {
      const ids = (param(query, 'ids') ?? param(query, 'queueids') ?? id).split(',').filter((each) => each !== '');
      const found = own.filter((thing) => ids.length === 0 || ids.includes(thing.id));
      return listed(call, kind.listTag, found.map(kind.describe));
    }
    const index = things.findIndex((thing) => thing.bucket === bucket.name && thing.id === id);
    const present = things[index];
    if (method === 'DELETE') {
      if (present === undefined) throw refuse(kind.missingCode);
      things.splice(index, 1);
      return respond(call, { [`${kind.tag}Id`]: id });
    }
    const wish = requestOf(call);
    const content = kind.read(kind.wishIn === null ? wish : (childrenOf(wish, kind.wishIn)[0] ?? {}));
    if (method === 'PUT' && present === undefined) throw refuse(kind.missingCode);
    const isTaken = own.some((thing) => thing.name === content.name && thing.id !== id);
    if (kind.nameTaken !== null && isTaken) throw refuse(kind.nameTaken);
    if (present !== undefined) {
      Object.assign(present, content);
      return respond(call, { [kind.tag]: kind.describe(present) });
    }
    if (own.length >= call.settings.limits[kind.limit]) throw refuse(kind.limitCode);
    const newId = `${kind.idPrefix}${call.serial.toString(16).padStart(8, '0')}`;
    const thing = { ...content, id: newId, bucket: bucket.name, createdMs: call.nowMs } as Thing;
    things.push(thing);
    return respond(call, { [kind.tag]: kind.describe(thing) });
  };
}
