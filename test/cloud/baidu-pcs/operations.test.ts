import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { multipart } from '../ask.ts';
import { bytes, Client, digestsOf, md5, root } from './client.ts';

const second = 1_700_000_100;
const id = expect.any(Number);
const file = (path: string, content: string | Uint8Array) => ({
  path,
  size: typeof content === 'string' ? Buffer.byteLength(content) : content.length,
  ctime: second,
  mtime: second,
  md5: md5(content),
  fs_id: id,
});

describe('upload', () => {
  it('answers a file object', () => {
    const client = new Client();

    const told = client.upload(`${root}/a.txt`, 'hello');

    expect(told.status).toBe(200);
    expect(told.json).toEqual({ ...file(`${root}/a.txt`, 'hello'), request_id: id });
    expect(Object.keys(told.json)).toEqual(['path', 'size', 'ctime', 'mtime', 'md5', 'fs_id', 'request_id']);
  });

  it('takes its parameters from the fields of the form too; the query wins', () => {
    const client = new Client();
    const form = multipart({ path: `${root}/field`, ondup: 'overwrite' }, { file: 'x' });

    client.post('file', { method: 'upload' }, form);
    client.post('file', { method: 'upload', path: `${root}/query` }, form);

    expect(client.names(root)).toEqual(['field', 'query']);
  });

  it('keeps the id of a file that it replaces', () => {
    const client = new Client();
    const before = client.upload(`${root}/a`, 'one').json;
    client.desk.nowMs += 5000;

    const after = client.upload(`${root}/a`, 'another', { ondup: 'overwrite' }).json;

    expect(after).toMatchObject({ fs_id: before.fs_id, size: 7, ctime: before.ctime, mtime: before.mtime + 5 });
    expect(client.used()).toBe(7);
  });

  it('finds another name for a new copy', () => {
    const client = new Client();
    const copy = (path: string) => client.upload(`${root}/${path}`, 'x', { ondup: 'newcopy' }).json.path;
    client.mkdir(`${root}/folder`);

    expect(copy('a.b.txt')).toBe(`${root}/a.b.txt`);
    expect(copy('a.b.txt')).toBe(`${root}/a.b_20231114221500.txt`);
    expect(copy('a.b.txt')).toBe(`${root}/a.b_20231114221500_2.txt`);
    expect(copy('folder')).toBe(`${root}/folder_20231114221500`);
  });

  it('does not replace a folder', () => {
    const client = new Client();
    client.mkdir(`${root}/folder`);

    expect(client.upload(`${root}/folder`, 'x', { ondup: 'overwrite' }).json.error_code).toBe(31061);
  });

  it('makes the folders above', () => {
    const client = new Client();

    client.upload(`${root}/a/b/c.txt`, 'x');

    expect([client.names(root), client.names(`${root}/a`), client.names(`${root}/a/b`)]).toEqual([
      ['a'],
      ['b'],
      ['c.txt'],
    ]);
  });

  it('takes an empty file', () => {
    const client = new Client();

    expect(client.upload(`${root}/empty`, '').json).toMatchObject({ size: 0, md5: md5('') });
    expect(client.download(`${root}/empty`)).toMatchObject({ status: 200, text: '' });
    expect(client.download(`${root}/empty`, { range: 'bytes=0-' }).status).toBe(416);
  });

  it('keeps names as they are', () => {
    const client = new Client();
    const names = [
      '__proto__',
      'constructor',
      'a b',
      'a%20b',
      '100%',
      'a+b&c=d#e;f',
      "it's [1] {2}",
      '文件 名.txt',
      '🦊',
      'e\u0301',
      'x'.repeat(900),
    ];

    for (const name of names) client.upload(`${root}/${name}`, `in ${name}`);

    expect(client.names(root).sort()).toEqual([...names].sort());
    expect(names.map((name) => client.download(`${root}/${name}`).text)).toEqual(names.map((name) => `in ${name}`));
    client.copy(`${root}/__proto__`, `${root}/sub/__proto__`);
    client.remove(`${root}/__proto__`);
    expect(client.names(`${root}/sub`)).toEqual(['__proto__']);
    expect(client.names(root)).not.toContain('__proto__');
  });
});

describe('slices', () => {
  it('are answered by their MD5, and joined in the order of the list', () => {
    const client = new Client();
    const [one, two] = [client.slice('one'), client.slice('two')];

    const told = client.superfile(`${root}/joined`, [md5('two').toUpperCase(), md5('one'), md5('two')]);

    expect([one.json, two.json]).toEqual([
      { md5: md5('one'), request_id: id },
      { md5: md5('two'), request_id: id },
    ]);
    expect(told.json).toEqual({ ...file(`${root}/joined`, 'twoonetwo'), request_id: id });
    expect(client.download(`${root}/joined`).text).toBe('twoonetwo');
    expect(client.meta(`${root}/joined`).json.list[0].block_list).toEqual([md5('two'), md5('one'), md5('two')]);
  });

  it('count for the quota only when they are joined', () => {
    const client = new Client();

    client.slice('one');

    expect(client.used()).toBe(0);
  });
});

describe('rapidupload', () => {
  it('makes a file of contents that another user has', () => {
    const client = new Client({
      settings: { users: [{}, { name: 'second' }], tokens: [{}, { token: 'second', user: 'second' }] },
    });
    const content = bytes(300 * 1024);
    client.upload(`${root}/a`, content);
    client.token = 'second';

    const told = client.rapid(`${root}/b`, content);

    expect(told.json).toEqual({ ...file(`${root}/b`, content), isdir: 0, request_id: id });
    expect(client.download(`${root}/b`).bytes).toEqual(content);
  });

  it.each([
    ['in hex', 'a', (text: string) => text],
    ['with its mark', 'b', (text: string) => `0x${text.toUpperCase()}`],
    ['in decimal', 'c', (text: string) => String(Number.parseInt(text, 16))],
    ['not at all', 'd', () => ''],
  ])('takes the CRC-32 %s', (_, name, written) => {
    const client = new Client();
    const content = bytes(300 * 1024);
    client.upload(`${root}/source`, content);

    const crc = written(String(digestsOf(content)['content-crc32']));

    expect(client.rapid(`${root}/${name}`, content, { 'content-crc32': crc }).status).toBe(200);
  });

  it.each([
    ['content-md5', '0'.repeat(32)],
    ['slice-md5', '0'.repeat(32)],
    ['content-crc32', '12345678'],
    ['content-length', 300 * 1024 + 1],
  ])('does not know contents with another %s', (name, value) => {
    const client = new Client();
    const content = bytes(300 * 1024);
    client.upload(`${root}/source`, content);

    expect(client.rapid(`${root}/a`, content, { [name]: value }).json.error_code).toBe(31079);
  });
});

describe('download', () => {
  const client = new Client();
  client.upload(`${root}/a b.txt`, '0123456789');
  const ask = (headers: Record<string, string>) => client.download(`${root}/a b.txt`, headers);

  it('gives bytes with validators', () => {
    const told = ask({});

    expect([told.status, told.text]).toEqual([200, '0123456789']);
    expect(Object.fromEntries(told.headers)).toEqual({
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      etag: `"${md5('0123456789')}"`,
      'last-modified': 'Tue, 14 Nov 2023 22:15:00 GMT',
      'content-disposition': 'attachment;filename="a%20b.txt"',
      'x-pcs-request-id': expect.any(String),
    });
  });

  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('gives the range %s', (range, text, contentRange) => {
    const told = ask({ range });

    expect([told.status, told.text, told.headers.get('content-range')]).toEqual([206, text, contentRange]);
  });

  it('gives the whole where the range cannot be used', () => {
    expect(ask({ range: 'bytes=0-1,3-4' }).status).toBe(200);
    expect(ask({ range: 'lines=1-2' }).status).toBe(200);
    expect(ask({ range: 'bytes=2-4', 'if-range': '"other"' }).status).toBe(200);
    expect(ask({ range: 'bytes=2-4', 'if-range': `"${md5('0123456789')}"` }).status).toBe(206);
  });

  it('goes by POST, by HEAD and as a stream', () => {
    const query = { method: 'download', path: `${root}/a b.txt` };

    expect(client.post('file', query).text).toBe('0123456789');
    expect(client.get('stream', query).text).toBe('0123456789');
    expect(client.desk.ask({ method: 'HEAD', target: client.target('file', query) }).status).toBe(200);
  });
});

describe('meta', () => {
  it('tells about one file', () => {
    const client = new Client();
    client.upload(`${root}/a`, 'hello');

    expect(client.meta(`${root}/a`).json).toEqual({
      list: [
        {
          fs_id: id,
          path: `${root}/a`,
          ctime: second,
          mtime: second,
          block_list: [md5('hello')],
          size: 5,
          isdir: 0,
          ifhassubdir: 0,
        },
      ],
      request_id: id,
    });
  });

  it('tells about many, folders among them', () => {
    const client = new Client();
    client.upload(`${root}/a/b/c`, 'x');
    const param = JSON.stringify({ list: [{ path: root }, { path: `${root}/a/` }, { path: `${root}/a/b` }] });

    const { list } = client.form('file', { method: 'meta' }, { param }).json;

    expect(list.map((item: Record<string, unknown>) => [item.path, item.isdir, item.ifhassubdir])).toEqual([
      [root, 1, 1],
      [`${root}/a`, 1, 1],
      [`${root}/a/b`, 1, 0],
    ]);
  });
});

describe('list', () => {
  const client = new Client();
  client.upload(`${root}/b`, '333');
  client.desk.nowMs += 1000;
  client.upload(`${root}/a`, '4444');
  client.desk.nowMs += 1000;
  client.upload(`${root}/z/inner`, 'x');
  client.upload(`${root}/c`, '22');

  it('tells names, sizes and kinds', () => {
    expect(client.list(root).json.list[0]).toEqual({
      fs_id: id,
      path: `${root}/z`,
      ctime: second + 2,
      mtime: second + 2,
      md5: '',
      size: 0,
      isdir: 1,
    });
    expect(client.list(root).json.list[1]).toMatchObject({ path: `${root}/a`, md5: md5('4444'), size: 4, isdir: 0 });
  });

  it.each([
    [{}, 'zabc'],
    [{ by: 'name', order: 'asc' }, 'abcz'],
    [{ by: 'name', order: 'desc' }, 'zcba'],
    [{ by: 'name' }, 'zcba'],
    [{ by: 'size', order: 'asc' }, 'zcba'],
    [{ by: 'time', order: 'asc' }, 'bacz'],
    [{ by: 'time', order: 'desc' }, 'zcab'],
    [{ by: 'name', order: 'asc', limit: '1-3' }, 'bc'],
    [{ by: 'name', order: 'asc', limit: '3-99' }, 'z'],
    [{ by: 'name', order: 'asc', limit: '9-99' }, ''],
  ])('sorts and cuts by %j', (query, names) => {
    expect(client.names(root, query as Record<string, string>).join('')).toBe(names);
  });
});

it('finds names that hold a word', () => {
  const client = new Client();
  for (const path of ['Alpha', 'sub/alphabet', 'sub/beta']) client.upload(`${root}/${path}`, 'x');
  const found = (query: Record<string, string>) =>
    client
      .get('file', { method: 'search', path: root, wd: 'ALPHA', ...query })
      .json.list.map(({ path }: { path: string }) => path);

  expect(found({})).toEqual([`${root}/Alpha`]);
  expect(found({ re: '0' })).toEqual([`${root}/Alpha`]);
  expect(found({ re: '1' })).toEqual([`${root}/Alpha`, `${root}/sub/alphabet`]);
});

it('makes a folder', () => {
  const client = new Client();

  const told = client.mkdir(`${root}/a/b`);

  expect(told.json).toEqual({ fs_id: id, path: `${root}/a/b`, ctime: second, mtime: second, request_id: id });
  expect(client.names(`${root}/a`)).toEqual(['b']);
});

describe('move and copy', () => {
  it('answer the pairs', () => {
    const client = new Client();
    client.upload(`${root}/a`, 'x');

    expect(client.copy(`${root}/a`, `${root}/b`).json).toEqual({
      extra: { list: [{ from: `${root}/a`, to: `${root}/b` }] },
      request_id: id,
    });
    expect(client.move(`${root}/a`, `${root}/c`).json.extra.list).toEqual([{ from: `${root}/a`, to: `${root}/c` }]);
    expect(client.names(root)).toEqual(['b', 'c']);
  });

  it('take folders with all below them, and neighbours of similar names stay', () => {
    const client = new Client();
    client.upload(`${root}/a/deep/file`, 'x');
    client.upload(`${root}/ab`, 'y');

    client.copy(`${root}/a`, `${root}/new/copy`);
    client.move(`${root}/a`, `${root}/moved`);

    expect(client.download(`${root}/new/copy/deep/file`).text).toBe('x');
    expect(client.download(`${root}/moved/deep/file`).text).toBe('x');
    expect(client.names(root)).toEqual(['moved', 'new', 'ab']);
    expect(client.used()).toBe(3);
  });

  it('do all of a list or nothing of it', () => {
    const client = new Client();
    client.upload(`${root}/a`, 'x');
    client.upload(`${root}/b`, 'y');
    const move = (list: readonly object[]) =>
      client.form('file', { method: 'move' }, { param: JSON.stringify({ list }) });

    const refused = move([
      { from: `${root}/a`, to: `${root}/c` },
      { from: `${root}/none`, to: `${root}/d` },
    ]);
    const done = move([
      { from: `${root}/a`, to: `${root}/c` },
      { from: `${root}/b`, to: `${root}/a` },
    ]);

    expect(refused.json.error_code).toBe(31066);
    expect(done.json.extra.list).toHaveLength(2);
    expect(client.names(root)).toEqual(['a', 'c']);
  });

  it('rename in a full folder', () => {
    const client = new Client({ settings: { limits: { folderEntriesMax: 1 } } });
    client.upload(`${root}/a`, 'x');

    expect(client.move(`${root}/a`, `${root}/b`).status).toBe(200);
  });
});

describe('delete', () => {
  it('puts files and folders into the bin, from where they come back', () => {
    const client = new Client();
    const { fs_id: fsId } = client.mkdir(`${root}/a`).json;
    client.upload(`${root}/a/b`, 'hello');

    const told = client.remove(`${root}/a`);
    const bin = client.bin().json;
    const usedMeanwhile = client.used();
    const restored = client.restore(fsId);

    expect(told.json).toEqual({ request_id: id });
    expect(bin.list).toMatchObject([{ fs_id: fsId, path: `${root}/a`, isdir: 1 }]);
    expect(usedMeanwhile).toBe(0);
    expect(restored.json).toEqual({ extra: { list: [{ fs_id: fsId }] }, request_id: id });
    expect(client.download(`${root}/a/b`).text).toBe('hello');
    expect([client.used(), client.bin().json.list]).toEqual([5, []]);
  });

  it('takes a list', () => {
    const client = new Client();
    client.upload(`${root}/a`, 'x');
    client.upload(`${root}/b`, 'y');
    const param = JSON.stringify({ list: [{ path: `${root}/a` }, { path: `${root}/b` }] });

    client.form('file', { method: 'delete' }, { param });

    expect(client.names(root)).toEqual([]);
    expect(client.bin().json.list).toHaveLength(2);
    const limited = client.get('file', { method: 'listrecycle', start: 1, limit: 5 }).json.list;
    expect(limited).toMatchObject([{ path: `${root}/a` }]);
  });

  it('empties the bin, which also empties itself after ten days', () => {
    const client = new Client();
    client.upload(`${root}/a`, 'x');
    client.remove(`${root}/a`);
    const emptied = client.post('file', { method: 'delete', type: 'recycle' });
    const afterEmptying = client.bin().json.list;
    client.upload(`${root}/b`, 'x');
    client.remove(`${root}/b`);
    const fresh = client.bin().json.list.length;
    client.desk.nowMs += 10 * 24 * 60 * 60 * 1000 + 1;

    expect([emptied.status, afterEmptying, fresh, client.bin().json.list]).toEqual([200, [], 1, []]);
  });
});

describe('diff', () => {
  const diff = (client: Client, cursor: string) => client.get('file', { method: 'diff', cursor }).json;
  const short = (entries: readonly { path: string; isdelete: number }[]) =>
    entries.map(({ path, isdelete }) => `${isdelete ? '-' : '+'}${path.slice(root.length)}`);

  it('begins with all there is, and goes on with what changed', () => {
    const client = new Client();
    client.upload(`${root}/a`, 'x');
    client.upload(`${root}/gone`, 'x');
    client.remove(`${root}/gone`);
    const first = diff(client, 'null');
    client.upload(`${root}/a`, 'y', { ondup: 'overwrite' });
    client.move(`${root}/a`, `${root}/b`);
    const next = diff(client, first.cursor);
    const last = diff(client, next.cursor);

    expect([short(first.entries), first.has_more, first.reset]).toEqual([['+/a'], false, true]);
    expect([short(next.entries), next.has_more, next.reset]).toEqual([['-/a', '+/b'], false, false]);
    expect(last.entries).toEqual([]);
  });

  it('goes on where one answer is too short', () => {
    const client = new Client({ settings: { limits: { diffEntriesMax: 2 } } });
    for (const name of ['a', 'b', 'c']) client.upload(`${root}/${name}`, 'x');

    const first = diff(client, 'null');
    const next = diff(client, first.cursor);

    expect([short(first.entries), first.has_more]).toEqual([['+/a', '+/b'], true]);
    expect([short(next.entries), next.has_more, next.reset]).toEqual([['+/c'], false, false]);
  });

  it('ends, though removals from before it began are forgotten', () => {
    const client = new Client({ settings: { limits: { diffEntriesMax: 1, removalsMax: 1 } } });
    for (const name of ['a', 'b', 'x', 'y']) client.upload(`${root}/${name}`, 'x');
    for (const name of ['x', 'y']) client.remove(`${root}/${name}`);

    const pages = [diff(client, 'null')];
    while (pages.length < 10 && pages.at(-1).has_more) pages.push(diff(client, pages.at(-1).cursor));

    expect(pages.map(({ entries, reset }) => [reset, ...short(entries)])).toEqual([
      [true, '+/a'],
      [false, '+/b'],
    ]);
  });

  it('tells of what is removed while it goes on, and begins again where that is forgotten', () => {
    const client = new Client({ settings: { limits: { diffEntriesMax: 1, removalsMax: 1 } } });
    for (const name of ['a', 'b', 'c']) client.upload(`${root}/${name}`, 'x');
    const first = diff(client, 'null');
    client.remove(`${root}/a`);
    const second = diff(client, first.cursor);
    const third = diff(client, second.cursor);
    const last = diff(client, third.cursor);
    client.remove(`${root}/b`);
    const again = diff(client, second.cursor);

    expect([first, second, third, last].map(({ entries }) => short(entries))).toEqual([
      ['+/a'],
      ['+/b'],
      ['+/c'],
      ['-/a'],
    ]);
    expect([last.has_more, last.reset]).toEqual([false, false]);
    expect([short(again.entries), again.reset]).toEqual([['+/c'], true]);
  });

  it('begins again for a cursor that is older than what is remembered, or of another life', () => {
    const client = new Client({ settings: { limits: { removalsMax: 1 } } });
    client.upload(`${root}/keep`, 'x');
    const { cursor } = diff(client, 'null');
    for (const name of ['a', 'b']) {
      client.upload(`${root}/${name}`, 'x');
      client.remove(`${root}/${name}`);
    }

    expect([diff(client, cursor).reset, short(diff(client, cursor).entries)]).toEqual([true, ['+/keep']]);
    expect(diff(client, '99999').reset).toBe(true);
  });
});

describe('quota', () => {
  it('tells what there is and what is used', () => {
    const client = new Client({ settings: { users: [{ quotaBytes: 100 }] } });
    client.upload(`${root}/a`, 'hello');

    expect(client.get('quota', { method: 'info' }).json).toEqual({ quota: 100, used: 5, request_id: id });
  });

  it('lets an overwritten file make room for the next one', () => {
    const client = new Client({ settings: { users: [{ quotaBytes: 10 }] } });
    client.upload(`${root}/a`, '12345678');

    expect(client.upload(`${root}/a`, '1234567890', { ondup: 'overwrite' }).status).toBe(200);
    expect(client.upload(`${root}/a`, '12345678901', { ondup: 'overwrite' }).json.error_code).toBe(31112);
  });

  it('of a folder holds for what is uploaded, copied and moved there', () => {
    const client = new Client({ settings: { apps: [{ maySetQuota: true }] } });
    client.mkdir(`${root}/small`);
    const set = client.post('quota', { method: 'set', path: `${root}/small`, quota: 5 });
    client.upload(`${root}/big`, '123456');

    expect(set.json).toMatchObject({ path: `${root}/small`, quota: 5 });
    expect(client.upload(`${root}/small/a`, '123456').json.error_code).toBe(31112);
    expect(client.copy(`${root}/big`, `${root}/small/a`).json.error_code).toBe(31112);
    expect(client.move(`${root}/big`, `${root}/small/a`).json.error_code).toBe(31112);
    expect(client.upload(`${root}/small/a`, '12345').status).toBe(200);
    expect(client.move(`${root}/small/a`, `${root}/small/b`).status).toBe(200);
  });
});

it('makes a thumbnail of the asked size', () => {
  const client = new Client();
  const pixel = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
  client.upload(`${root}/a.gif`, Buffer.from(pixel, 'base64'));

  const told = client.get('thumbnail', { method: 'generate', path: `${root}/a.gif`, width: 1600, height: 450 });

  const view = new DataView(told.bytes.buffer, told.bytes.byteOffset);
  expect([told.status, told.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect([view.getUint32(16), view.getUint32(20)]).toEqual([1600, 450]);
  const at = Buffer.from(told.bytes).indexOf('IDAT');
  const pixels = inflateSync(told.bytes.subarray(at + 4, at + 4 + view.getUint32(at - 4)));
  expect(pixels).toHaveLength((1 + 1600 / 8) * 450);
  expect(view.getUint32(at + 4 + view.getUint32(at - 4))).toBe(
    crc32(told.bytes.subarray(at, at + 4 + view.getUint32(at - 4))),
  );
});

it('finds the files of a scenario', () => {
  const client = new Client({
    files: [
      { path: `${root}/a/b.txt`, text: 'hello' },
      { path: `${root}/c.bin`, size: 1000 },
    ],
  });

  expect([client.download(`${root}/a/b.txt`).text, client.used()]).toEqual(['hello', 1005]);
});

it.each(['/other/a', root, '/apps/longshore/a?b', '/apps/longshorer/a'])('cannot place a file at %s', (path) => {
  expect(() => new Client({ files: [{ path, text: '' }] })).toThrow(path);
});

it('hints at addresses that work', () => {
  const { desk } = new Client();
  const { definition, settings } = desk.server;

  const hints = definition.hints(settings, desk.base);
  const list = hints.map((line) => /'([^']*method=list[^']*)'/.exec(line)?.[1]).find((address) => address);

  expect(desk.ask({ target: (list ?? '').slice(desk.base.length) }).status).toBe(200);
});
