import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServedCloud } from '../../src/cloud/http.ts';
import { textBytesMax } from '../../src/cloud/request.ts';
import type { RequestBody } from '../../src/cloud/service.ts';
import { closeAll, dial, serve, talk, until } from './wire.ts';

const limits = {
  bodyBytesMax: 4_000_000,
  bodyIdleMsMax: 150,
  fieldsMax: 5,
  fieldBytesMax: 1_000,
  formBytesMax: 2_500,
  filesMax: 2,
  lingerMsMax: 200,
};
let served: ServedCloud;
/** Where servers put their bytes, and nobody else. */
let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-bodies-'));
  vi.stubEnv('TMPDIR', directory);
  served = await serve({ limits });
});

afterEach(async () => {
  await closeAll();
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

/** Names of what the server keeps on disk. */
function kept(): readonly string[] {
  return readdirSync(directory).flatMap((own) => readdirSync(join(directory, own)));
}

async function post(body: BodyInit, contentType?: string): Promise<RequestBody> {
  const headers: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType };
  const response = await fetch(`${served.url}/echo`, { method: 'POST', body, headers });
  return (await response.json()) as RequestBody;
}

const unreadable = (why: string) => ({ type: 'unreadable', why });
const mixed = 'multipart/form-data; boundary=b';
const part = (head: string, body = 'x') => `--b\r\n${head}\r\n\r\n${body}\r\n`;
const field = (name: string, value = 'x') => part(`Content-Disposition: form-data; name="${name}"`, value);
const file = (name: string, value = 'x') =>
  part(`Content-Disposition: form-data; name="${name}"; filename="f"\r\nContent-Type: text/plain`, value);

describe('a raw body', () => {
  it('is text when it is UTF-8', async () => {
    expect(await post('{"a":"够"}', 'application/json')).toMatchObject({ type: 'raw', text: '{"a":"够"}' });
    expect(await post(new Uint8Array([0xff, 0xfe]), 'text/plain')).toMatchObject({ text: null, blob: { size: 2 } });
  });

  it('is no text when it is long', async () => {
    expect(await post(new Uint8Array(textBytesMax + 1).fill(65), 'x/y')).toMatchObject({ text: null });
    expect(await post(new Uint8Array(textBytesMax).fill(65), 'x/y')).toMatchObject({ text: 'A'.repeat(textBytesMax) });
  });

  it('may come in chunks', async () => {
    const chunked = 'POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';

    const { body } = await talk(served, [`${chunked}3\r\nabc\r\n`, '2\r\nde\r\n0\r\n\r\n']);

    expect(JSON.parse(body)).toMatchObject({ type: 'raw', text: 'abcde' });
  });

  it.each([
    ['announced', 'Content-Length: 4000001', ''],
    ['that goes on and on', 'Transfer-Encoding: chunked', `186A0\r\n${'x'.repeat(100_000)}\r\n`.repeat(41)],
  ])('too large, %s, is answered, and the connection closed', async (_, header, bytes) => {
    const { head, body, ending } = await talk(served, [`POST /echo HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`, bytes]);

    expect(head).toMatch(/^HTTP\/1\.1 400 [\s\S]*connection: close/);
    expect(JSON.parse(body)).toEqual(unreadable('tooLarge'));
    expect(ending).toBe('end');
    expect(kept()).toEqual([]);
  });

  it('that stalls is answered, and the connection closed', async () => {
    const { body, ending } = await talk(served, 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc');

    expect(JSON.parse(body)).toEqual(unreadable('stalled'));
    expect(ending).toBe('end');
  });

  it('of a client that leaves stays nowhere', async () => {
    const socket = await dial(served.port);
    socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n');
    socket.write(Buffer.alloc(1_000_000));
    await until(() => kept().some((name) => name.endsWith('.part')));

    socket.resetAndDestroy();

    await until(() => kept().length === 0);
    expect(served.state.serial).toBe(0);
  });
});

describe('an urlencoded form', () => {
  const type = 'application/x-www-form-urlencoded; charset=UTF-8';

  it('is taken apart in order, names twice or odd included', async () => {
    expect(await post('b=1&a=%E5%A4%9F+x&b=&__proto__=2&=3', type)).toEqual({
      type: 'form',
      multipart: false,
      files: [],
      fields: [
        ['b', '1'],
        ['a', '够 x'],
        ['b', ''],
        ['__proto__', '2'],
        ['', '3'],
      ],
    });
  });

  it.each([
    ['bytes that are no UTF-8', new Uint8Array([0x61, 0x3d, 0xff]), 'malformed'],
    ['fields without end', 'a&'.repeat(6), 'tooLarge'],
    ['more than is a text', 'a'.repeat(textBytesMax + 1), 'tooLarge'],
  ])('refuses %s', async (_, body, why) => {
    expect(await post(body, type)).toEqual(unreadable(why));
  });
});

describe('a multipart form', () => {
  it('has fields and files', async () => {
    const form = new FormData();
    form.append('名', '值');
    form.append('file', new Blob([new Uint8Array(1_000_000)], { type: 'image/png' }), '图 1.png');
    form.append('__proto__', '2');

    expect(await post(form)).toMatchObject({
      multipart: true,
      fields: [
        ['名', '值'],
        ['__proto__', '2'],
      ],
      files: [{ name: 'file', filename: '图 1.png', contentType: 'image/png', blob: { size: 1_000_000 } }],
    });
  });

  it.each([
    ['a quoted boundary', 'multipart/form-data; boundary="b"', `${field('a')}--b--\r\n`],
    ['a type in capitals', 'Multipart/Form-Data; BOUNDARY=b', `${field('a')}--b--\r\n`],
    ['no line end after the last boundary', mixed, `${field('a')}--b--`],
    ['a preamble and an epilogue', mixed, `hello\r\n${field('a')}--b--\r\nbye`],
    ['a parameter without quotes', mixed, `${part('content-disposition: form-data; name=a')}--b--\r\n`],
    ['a type of its own', mixed, `${part('Content-Disposition: form-data; name="a"\r\nContent-Type: text/x')}--b--`],
  ])('may have %s', async (_, type, body) => {
    expect(await post(body, type)).toMatchObject({ type: 'form', fields: [['a', 'x']], files: [] });
  });

  it('takes a file without a type, and keeps its name as it was sent', async () => {
    const body = `${part('Content-Disposition: form-data; name="f"; filename="../../etc/passwd"', '')}--b--\r\n`;

    expect(await post(body, mixed)).toMatchObject({ files: [{ filename: '../../etc/passwd', blob: { size: 0 } }] });
  });

  it.each(['filecontent', 'FileContent'])('takes a part %s that names no file for one', async (name) => {
    const body = `${part(`Content-Disposition: form-data; name="${name}"`)}--b--\r\n`;

    expect(await post(body, mixed)).toMatchObject({ fields: [], files: [{ name, filename: '', blob: { size: 1 } }] });
  });

  it('keeps the bytes of a file that no part names, more than a field may have', async () => {
    const head = Buffer.from('--b\r\nContent-Disposition: form-data; name="filecontent"\r\n\r\n');
    const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 256));

    const form = await post(Buffer.concat([head, bytes, Buffer.from('\r\n--b--')]), mixed);

    const sha1 = createHash('sha1').update(bytes).digest('hex');
    expect(form).toMatchObject({ fields: [], files: [{ name: 'filecontent', blob: { size: 5_000, sha1 } }] });
  });

  it('has fields in UTF-8, or in the charset that they name', async () => {
    const named = 'Content-Disposition: form-data; name="a"';
    const latin = Buffer.from(
      `${part(`${named}\r\nContent-Type: text/plain; charset=ISO-8859-1`, 'é')}--b--`,
      'latin1',
    );

    expect(await post(`${part(named, '够é')}--b--`, mixed)).toMatchObject({ fields: [['a', '够é']] });
    expect(await post(latin, mixed)).toMatchObject({ fields: [['a', 'é']] });
  });

  it.each([
    ['no boundary', 'multipart/form-data', `${field('a')}--b--\r\n`, 'malformed'],
    ['another boundary', 'multipart/form-data; boundary=c', `${field('a')}--b--\r\n`, 'malformed'],
    ['no end', mixed, field('a'), 'malformed'],
    [
      'a file without end',
      mixed,
      '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nabc',
      'malformed',
    ],
    ['a head that is none', mixed, `--b\r\n\u0000\u0001\r\n\r\nx\r\n--b--\r\n`, 'malformed'],
    ['nothing', mixed, '', 'malformed'],
    ['too many fields', mixed, `${field('a').repeat(6)}--b--\r\n`, 'tooLarge'],
    ['a field too long', mixed, `${field('a', 'x'.repeat(1_001))}--b--\r\n`, 'tooLarge'],
    ['fields too long together', mixed, `${field('a', 'x'.repeat(900)).repeat(3)}--b--\r\n`, 'tooLarge'],
    ['too many files', mixed, `${file('a').repeat(3)}--b--\r\n`, 'tooLarge'],
  ])('refuses %s, and keeps nothing', async (_, type, body, why) => {
    expect(await post(body, type)).toEqual(unreadable(why));
    expect(kept().filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('that is malformed is read to its end, and the connection is used again', async () => {
    const body = `--b\r\nbroken\r\n\r\n${'x'.repeat(2_000_000)}`;
    const head = `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: ${mixed}\r\nContent-Length: ${body.length}\r\n\r\n`;

    const { text } = await talk(served, `${head}${body}GET /where HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200']);
  });

  it('of a client that leaves stays nowhere', async () => {
    const socket = await dial(served.port);
    socket.write(`POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: ${mixed}\r\nContent-Length: 3000000\r\n\r\n`);
    socket.write(`--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n${'x'.repeat(1_000_000)}`);
    await until(() => kept().some((name) => name.endsWith('.part')));

    socket.resetAndDestroy();

    await until(() => kept().length === 0);
    expect(served.state.serial).toBe(0);
  });
});

it('answers 500 when the disk does not take a body, and goes on', async () => {
  const troubles: unknown[] = [];
  const broken = await serve({ onBug: (trouble) => troubles.push(trouble) });
  for (const own of readdirSync(directory)) rmSync(join(directory, own), { recursive: true });

  const put = await fetch(`${broken.url}/a`, { method: 'PUT', body: new Uint8Array(500_000) });
  const form = new FormData();
  form.append('f', new Blob([new Uint8Array(500_000)]), 'f');
  const posted = await fetch(`${broken.url}/echo`, { method: 'POST', body: form });

  expect([put.status, posted.status]).toEqual([500, 500]);
  expect(troubles).toMatchObject([{ code: 'ENOENT' }, { code: 'ENOENT' }]);
  expect((await fetch(`${broken.url}/where`)).status).toBe(200);
});
