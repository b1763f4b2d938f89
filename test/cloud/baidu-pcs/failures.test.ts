import { describe, expect, it } from 'vitest';
import { catalogues, type ErrorRow } from '../../../src/errors/catalogues.ts';
import { Client, root } from './client.ts';
import { statusOf } from './statuses.ts';

const rows: readonly ErrorRow[] = catalogues['baidu-pcs'];

describe('a fault rule answers each row', () => {
  it.each(rows.map((row) => [row.code, row] as const))('%s', (code, row) => {
    const client = new Client({ faults: [{ on: 'list', nth: 2, code }] });

    const before = client.list(root);
    const told = client.list(root);
    const after = client.list(root);

    expect([before.status, after.status]).toEqual([200, 200]);
    expect(told.status).toBe(statusOf(row));
    expect(told.headers.get('content-type')).toBe('application/json');
    expect(atob(told.headers.get('x-pcs-request-id') ?? '')).toContain(String(told.json.request_id));
    expect(told.json).toEqual({ error_code: code, error_msg: row.message, request_id: expect.any(Number) });
  });

  it('covers 67 rows', () => {
    expect(rows).toHaveLength(67);
  });
});

describe('the texts with a hole', () => {
  it.each([
    [31298, 'Content-Length[abc]', 'the value of Content-Length[abc] in pcs response headers is invalid'],
    [31298, 'a$&b[$1]', 'the value of a$&b[$1] in pcs response headers is invalid'],
    [31299, 'Content-Length', 'no Content-Length in pcs response headers'],
  ])('%s takes %s', (code, fill, text) => {
    const client = new Client({ faults: [{ on: '*', code, fill }] });

    expect(client.list(root).json.error_msg).toBe(text);
  });
});

describe('what real servers do otherwise', () => {
  const optional = (options: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    new Client({ settings: { options, ...more } });

  it('calls its JSON HTML', () => {
    const client = optional({ jsonType: 'text/html' });

    expect(client.list(root).headers.get('content-type')).toBe('text/html');
    expect(client.meta(`${root}/none`).headers.get('content-type')).toBe('text/html');
  });

  it('gives every failure the status 200', () => {
    const told = optional({ errorsAs200: true }).meta(`${root}/none`);

    expect([told.status, told.json.error_code]).toEqual([200, 31066]);
  });

  it('gives a missing file the status 404', () => {
    const told = optional({ missingAs404: true }).meta(`${root}/none`);

    expect([told.status, told.json.error_code]).toEqual([404, 31066]);
  });

  it('gives a failed join the status 404', () => {
    const told = optional({ superfileAs404: true }).superfile(`${root}/a`, ['0'.repeat(32), '1'.repeat(32)]);

    expect([told.status, told.json.error_code]).toEqual([404, 31081]);
  });

  it('answers an unknown block by 31363', () => {
    const told = optional({ blockAs31363: true }).superfile(`${root}/a`, ['0'.repeat(32), '1'.repeat(32)]);

    expect([told.status, told.json.error_code, told.json.error_msg]).toEqual([403, 31363, 'block miss in superfile2']);
  });

  it('answers a token over age by 111 and the status 200', () => {
    const told = optional({ expiredAs111: true }, { tokens: [{ issuedMs: 0 }] }).list(root);

    expect(told.status).toBe(200);
    expect(told.json).toMatchObject({ error_code: 111, error_msg: 'Access token expired' });
  });

  it('sends a download to another address, which has the bytes', () => {
    const client = optional({ downloadRedirects: true });
    client.upload(`${root}/a b.txt`, 'hello');

    const told = client.download(`${root}/a b.txt`);
    const location = new URL(told.headers.get('location') ?? '');
    const data = client.desk.ask({ target: location.pathname + location.search, headers: { range: 'bytes=1-2' } });

    expect([told.status, location.origin]).toEqual([302, client.desk.base]);
    expect([data.status, data.text]).toEqual([206, 'el']);
  });

  it('has lost the data of a redirected download when the file has changed since', () => {
    const client = optional({ downloadRedirects: true });
    client.upload(`${root}/a`, 'hello');
    const location = new URL(client.download(`${root}/a`).headers.get('location') ?? '');
    client.upload(`${root}/a`, 'world', { ondup: 'overwrite' });

    const told = client.desk.ask({ target: location.pathname + location.search });

    expect([told.status, told.json.error_code]).toEqual([404, 31202]);
  });

  it('writes a block list as text, and tells more names', () => {
    const client = optional({ blockListAsText: true, metaNames: true });
    const { md5 } = client.upload(`${root}/a`, 'hello').json;

    const [item] = client.meta(`${root}/a`).json.list;

    expect(item).toMatchObject({ block_list: `["${md5}"]`, server_filename: 'a', md5 });
  });

  it('gives ids that a double cannot hold', () => {
    const client = optional({ idDigits: 19 });

    const { text } = client.upload(`${root}/a`, 'hello');
    const ids = [...text.matchAll(/"(?:fs_id|request_id)":(\d+)/g)].map(([, digits = '']) => digits);

    expect(ids.map((id) => id.length)).toEqual([19, 19]);
    expect(ids.every((id) => String(Number(id)) !== id && BigInt(id) < 2n ** 63n)).toBe(true);
    client.remove(`${root}/a`);
    const [fsId = ''] = ids;
    expect(client.form('file', { method: 'restore' }, { param: `{"list":[{"fs_id":${fsId}}]}` }).text).toContain(fsId);
    expect(client.names(root)).toEqual(['a']);
  });
});
