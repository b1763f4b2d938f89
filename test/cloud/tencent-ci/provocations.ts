import type { Asked, Told } from '../ask.ts';
import { bucket, Client, ciHost, cosHost, gifOf, onePixel, picHost, pngOf, tag } from './client.ts';

const half = 'imageMogr2/thumbnail/!50p';
const png = pngOf(20, 20);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** A client of an account with one picture of 20 × 20 at `a.png`, and what the settings say. */
function of(bucketSettings: object = {}, settings: object = {}): Client {
  const client = new Client({
    settings: { buckets: [{ name: bucket, ...bucketSettings }], ...settings },
    files: [{ path: '/a.png', base64: base64(png) }],
  });
  return client;
}

/** With small limits. */
const limited = (limits: object) => of({}, { limits });

function stored(client: Client, key: string, body: string | Uint8Array): Client {
  client.put(key, body);
  return client;
}

const atHost = (host: string, client = of()) => client.get('a.png', half, { host });
const persist = (client: Client, rules: unknown, body: string | Uint8Array = png, headers = {}) =>
  client.put('p.png', body, {
    'pic-operations': typeof rules === 'string' ? rules : JSON.stringify({ rules }),
    ...headers,
  });
const toPng = { fileid: 'out.png', rule: 'imageMogr2/format/png' };
const styled = (name: string, body: string): Asked => ({
  method: 'PUT',
  target: '/?style',
  body: `<AddStyle><StyleName>${name}</StyleName><StyleBody>${body}</StyleBody></AddStyle>`,
});

const doc = (client: Client, search: string, key = 'a.pdf') => client.get(key, `ci-process=doc-preview${search}`);
const oldDoc = (client: Client, search: string, key = 'a.pdf') => client.get(key, `cmd=doc_preview${search}`);
const closedPdf = '%PDF-1.4 /Encrypt 5 0 R /Count 3';
const openPdf = '%PDF-1.4 /Count 3';

const moderate = (client: Client, search = '&detect-type=porn', key = 'a.png') =>
  client.get(key, `ci-process=sensitive-content-recognition${search}`);

/** A call of the job API. */
export function call(client: Client, method: string, target: string, wish?: string, headers: object = {}): Told {
  const body = wish === undefined ? {} : { body: `<Request>${wish}</Request>` };
  return client.ask({
    method,
    target,
    ...body,
    headers: { host: ciHost, 'content-type': 'application/xml', ...headers },
  });
}

const jobWish = (more = '<Output><Object>out.jpg</Object></Output>', input = 'a.png') =>
  `<Tag>Snapshot</Tag><Input><Object>${input}</Object></Input><Operation>${more}</Operation>`;
const template = (name = 'one') => `<Tag>Transcode</Tag><Name>${name}</Name>`;
const workflow = (state = 'Paused') => `<MediaWorkflow><Name>one</Name><State>${state}</State></MediaWorkflow>`;

/** Asks twice, and gives the second answer. */
function twice(ask: () => Told): Told {
  ask();
  return ask();
}

/** Condition → what a client does to meet it. */
export const provocations: Readonly<Record<string, () => Told>> = {
  '-103': () => of().ask({ target: `*?${half}` }),
  '-104': () => atHost('bkt-99999999.picap-test.myqcloud.com'),
  '-105': () => of().get('a.png', 'style/none'),
  '-106': () => of().get('a.png', 'imageMogr3/thumbnail/!50p'),
  '-107': () => atHost('somewhere.myqcloud.com'),
  '-108': () => of({ referers: ['app.example'] }).get('a.png', half, { referer: 'http://thief.example/page' }),
  '-109': () => {
    const client = of();
    client.desk.nowMs += 1000;
    client.ask(styled('new', half));
    return client.get('a.png', 'style/new');
  },
  '-110': () => {
    const client = stored(of({ moderated: true }), 'bad.png', pngOf(20, 20, 'illegal-example'));
    return client.get('bad.png', half, { host: picHost });
  },
  '-113': () => doc(stored(of(), 'a.pdf', openPdf), '&srcType=exe'),
  '-120': () => of({ origin: { files: [{ key: 'o.png', base64: base64(Buffer.from('<html>')) }] } }).get('o.png', half),
  '-124': () => of().get('a.png', 'imageMogr2/strip', { range: `bytes=${png.length}-` }),
  '-154': () => of({ originalProtected: true }).get('a.png', half),
  '-156': () => of({ origin: { mode: 'redirect' } }).get('far/o.png', half),
  '-162': () => of({}, { account: { overdue: true } }).get('a.png', half),
  '-163': () => atHost('other-10000000.cos.ap-test.myqcloud.com'),
  '-164': () => {
    const client = limited({ processedPerSecondMax: 1 });
    return twice(() => client.get('a.png', half));
  },
  '-165': () => {
    const client = of({ access: 'public-read' }, { limits: { unsignedPerSecondMax: 1 } });
    return twice(() => client.desk.ask({ target: `/a.png?${half}` }));
  },
  '-166': () =>
    of().ask({ target: `/a.png?${half}`, headers: { 'content-type': 'multipart/form-data' }, body: 'no parts' }),
  '-167': () => limited({ imageBytesMax: 50 }).get('a.png', half),
  '-168': () => limited({ resultBytesMax: 50 }).get('a.png', `${half}/format/bmp`),
  '-441': () => stored(of(), 'a.tiff', 'II*\0 and so on').get('a.tiff', half),
  '-442': () => of().get('a.png', 'imageMogr2/thumbnail/10000x10000!'),
  '-443': () => stored(of(), 'a.txt', 'no picture').get('a.txt', half),
  '-447': () => stored(limited({ framesMax: 3 }), 'a.gif', gifOf(4)).get('a.gif', half),
  '-901': () => stored(limited({ processMsMax: 10 }), 'big.png', pngOf(2000, 2000)).get('big.png', half),
  '-902': () => of({ origin: { files: [{ key: 'o.png', base64: base64(png), delayMs: 20_000 }] } }).get('o.png', half),
  '-3006 Download errors': () => oldDoc(stored(of(), 'a.pdf', closedPdf), ''),
  '-3008 Download errors': () => oldDoc(stored(of(), 'a.pdf', ''), ''),
  '-3011 Download errors': () => oldDoc(of(), '', 'a.png'),
  '-3015 Download errors': () => oldDoc(stored(of(), 'a.pdf', openPdf), '&page=4'),
  '-3075': () => doc(stored(limited({ previewBytesMax: 10 }), 'a.pdf', openPdf), ''),
  '-5062': () => stored(of({ moderated: true }), 'b.png', pngOf(20, 20, 'suspect-example')).get('b.png', half),
  '-6101': () => of().get('gone.png', half, { host: picHost }),
  '-29033': () => of().get('a.png', half, { range: 'bytes=9-5' }),
  '-29034': () => of().get('a.png', half, { range: 'bytes=100000-' }),
  '-29214': () => {
    const client = limited({ processedPerSecondOfOneKeyMax: 1 });
    client.get('other.png', half);
    return twice(() => client.get('a.png', half));
  },
  '-40168': () => stored(of(), 'empty.png', '').get('empty.png', half),
  '-46152': () => atHost('bkt_x-10000000.cos.ap-test.myqcloud.com'),
  '-46154': () => atHost('bkt-appid.cos.ap-test.myqcloud.com'),
  '-46614': () => {
    const client = of();
    client.ask({ method: 'POST', target: '/late.png?uploads' });
    return client.get('late.png', half);
  },
  '-46617': () => {
    const client = of();
    const bytes = pngOf(20, 20, 'illegal-example');
    stored(stored(client, 'one.png', bytes), 'two.png', bytes);
    moderate(client, '&detect-type=porn', 'one.png');
    return client.get('two.png', half);
  },
  '-46618': () => of().ask({ target: `/a.png?${half}` }, { secretKey: 'WRONG' }),
  '-46619': () => of().ask({ target: `/a.png?${half}` }, { time: '1600000000;1600003600' }),
  '-46620': () => of({ blocked: true }).get('a.png', half),
  '-46621': () => of({ blockedKeys: ['a.png'] }).get('a.png', half),
  '-46627': () => of({}, { account: { blocked: true } }).get('a.png', half),
  '-46628': () => of().get('gone.png', half),
  '-46642': () => atHost('bkt-99999999.cos.ap-test.myqcloud.com'),
  '-46646': () => {
    const client = stored(of(), 'bad.png', pngOf(20, 20, 'illegal-example'));
    moderate(client, '&detect-type=porn', 'bad.png');
    return client.get('bad.png', half);
  },
  '-46661': () => of().desk.ask({ target: `/a.png?${half}`, headers: { host: cosHost } }),
  '-60998': () => persist(of(), 'not json'),
  '-60997': () => persist(of(), Array(6).fill(toPng)),
  '-60996': () => persist(limited({ persistedBytesMax: 50 }), [toPng]),
  '-60987': () =>
    of().ask({
      method: 'POST',
      target: '/gone.png?image_process',
      headers: { 'pic-operations': JSON.stringify({ rules: [toPng] }) },
    }),
  '-60983': () => persist(of(), [toPng], png, { host: 'somewhere.myqcloud.com' }),
  '-60972': () => persist(of(), [toPng], png, { host: `${bucket}.cos.ap-far.myqcloud.com` }),
  '-60967': () => persist(of(), [{ fileid: 'out.png', rule: 'style/none' }]),
  '-60957': () => {
    const client = limited({ stylesMax: 1 });
    client.ask(styled('one', half));
    client.ask(styled('two', half));
    return persist(client, [{ fileid: 'out.png', rule: 'style/two' }]);
  },
  '-60955': () =>
    of().desk.ask({ method: 'PUT', target: '/%zz.png', body: png, headers: { host: cosHost, 'pic-operations': '{}' } }),
  '-60950': () => persist(of(), [{ rule: half }]),
  '-60949': () => {
    const client = limited({ persistedPerSecondMax: 1 });
    return twice(() => persist(client, [toPng]));
  },
  '-60948': () => persist(of({}, { account: { blocked: true } }), [toPng]),
  '-60938': () =>
    of().desk.ask({ method: 'PUT', target: '/p.png', body: png, headers: { host: cosHost, 'pic-operations': '{}' } }),
  '-60936': () =>
    persist(of({}, { users: [{ secretId: 'AKIDEXAMPLE', secretKey: 'SKEXAMPLE', denied: ['uploadProcess'] }] }), [
      toPng,
    ]),
  '-60932': () =>
    of().ask(
      { method: 'PUT', target: '/p.png', body: png, headers: { 'pic-operations': '{}' } },
      { secretKey: 'WRONG' },
    ),
  '-62999': () => persist(of(), [toPng], 'no picture'),
  '-3006 File preview errors': () => doc(stored(of(), 'a.pdf', closedPdf), '&password=wrong'),
  '-3008 File preview errors': () => doc(stored(of(), 'a.docx', ''), '', 'a.docx'),
  '-3011 File preview errors': () => doc(of(), '', 'a.png'),
  '-3015 File preview errors': () => doc(stored(of(), 'a.pdf', openPdf), '&page=4'),
  '-61011': () => moderate(of(), '&detect-type=porn', 'gone.png'),
  '-65007': () => moderate(stored(of(), 'b.png', 'no picture'), '&detect-type=porn', 'b.png'),
  '-65010': () => moderate(of(), '&detect-type=porn&detect-url=http%3A%2F%2Felsewhere.example%2Fa.png'),
  '-65011': () => moderate(limited({ moderatedBytesMax: 50 })),
  '-65012': () => moderate(stored(of(), 'small.png', onePixel), '&detect-type=porn', 'small.png'),
  '-65013': () => moderate(stored(of(), 'a.exe', png), '&detect-type=porn', 'a.exe'),
  '-65014': () => moderate(of({ roleBound: false })),
  '-65015': () => moderate(of(), ''),
  '-65016': () => moderate(of(), '&biz-type=none'),
  '1010': () => of().desk.ask({ target: '/jobs/%zz', headers: { host: ciHost } }),
  '1011': () => of().ask({ method: 'POST', target: '/jobs', body: '<Request><Tag>', headers: { host: ciHost } }),
  '1012': () => of().desk.ask({ target: '/jobs/j1', headers: { host: ciHost } }),
  '1013': () => of().ask({ target: '/jobs/j1', headers: { host: ciHost } }, { secretKey: 'WRONG' }),
  '1014': () => of().ask({ target: '/jobs/j1', headers: { host: ciHost } }, { time: '1600000000;1600003600' }),
  '1015': () => call(of(), 'POST', '/jobs', '<Tag>Juggle</Tag>'),
  '1016': () => call(of(), 'POST', '/jobs'),
  '1017': () => call(of(), 'GET', '/jobs/j1', undefined, { host: 'none-10000000.ci.ap-test.myqcloud.com' }),
  '1018': () =>
    call(of({}, { users: [{ secretId: 'AKIDEXAMPLE', secretKey: 'SKEXAMPLE', denied: ['jobs'] }] }), 'GET', '/jobs/j1'),
  '1019': () => of().ask({ target: '/jobs/j1', headers: { host: ciHost } }, { secretId: 'AKIDOTHER' }),
  '1020': () => {
    const client = limited({ jobCallsPerSecondMax: 1 });
    return twice(() => call(client, 'GET', '/queue'));
  },
  '1021': () => call(of(), 'POST', '/jobs', jobWish(), { 'content-type': 'application/json' }),
  '1100': () => call(of(), 'POST', '/mediabucket'),
  '1103': () => call(of(), 'GET', '/jobs/none'),
  '1106': () => call(of(), 'PUT', '/queue/none', '<Name>one</Name>'),
  '1107': () => call(of(), 'POST', '/jobs', jobWish('<TemplateId>none</TemplateId>')),
  '1109': () => call(of({ mediaBound: false }, { limits: { mediaBucketsMax: 0 } }), 'POST', '/mediabucket'),
  '1110': () => {
    const client = limited({ templatesMax: 1 });
    call(client, 'POST', '/template', template('one'));
    return call(client, 'POST', '/template', template('two'));
  },
  '1111': () => call(of({ mediaBound: false }), 'POST', '/jobs', jobWish()),
  '1112': () => {
    const client = of();
    return twice(() => call(client, 'POST', '/template', template()));
  },
  '1114': () => {
    const client = of();
    const id = tag(call(client, 'POST', '/workflow', workflow('Active')).text, 'WorkflowId');
    return call(client, 'PUT', `/workflow/${id}`, workflow());
  },
  '1120': () => {
    const client = limited({ workflowsMax: 1 });
    return twice(() => call(client, 'POST', '/workflow', workflow()));
  },
  '1124': () => call(of(), 'POST', '/jobs', jobWish('<Output><Bucket>none-10000000</Bucket></Output>')),
  '1145': () => call(limited({ queuesMax: 1 }), 'POST', '/queue', '<Name>another</Name>'),
};
