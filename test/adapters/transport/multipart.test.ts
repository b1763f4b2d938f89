import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../../src/adapters/random/seeded.ts';
import { parseMultipart, type UploadBody, uploadBody } from '../../../src/adapters/transport/multipart.ts';
import type { JobFile, UploadJob } from '../../../src/ports/transport.ts';
import { upload } from '../../support/transport-world.ts';

const file: JobFile = { index: 0, name: 'f', path: '/f', filename: 'f.txt', contentType: 'txt', from: 0, to: 2 };
const job: UploadJob = { ...upload, url: 'http://h/', encoding: 'multipart', files: [file] };
const random = createSeededRandom(7);

/** The body as it goes over the wire, with the same bytes for every file. */
function wire(body: UploadBody, content: Uint8Array): Uint8Array {
  return Buffer.concat(body.pieces.map((piece) => (piece instanceof Uint8Array ? piece : content)));
}

function headerOf(body: UploadBody, wanted: string): string {
  return body.headers.find(([name]) => name === wanted)?.[1] ?? '';
}

describe('a multipart body', () => {
  it('is written as RFC 7578 has it', () => {
    const body = uploadBody({ ...job, form: [{ name: 'k', value: 'v' }] }, random);

    const boundary = headerOf(body, 'Content-Type').split('boundary=')[1] ?? '';
    expect(boundary).toHaveLength(67);
    expect(wire(body, Buffer.from('abc')).toString()).toBe(
      [
        `--${boundary}`,
        'Content-Disposition: form-data; name="k"',
        '',
        'v',
        `--${boundary}`,
        'Content-Disposition: form-data; name="f"; filename="f.txt"',
        'Content-Type: txt',
        '',
        'abc',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
    expect(headerOf(body, 'Content-Length')).toBe(String(wire(body, Buffer.from('abc')).length));
  });

  it('does not let names break out of their part', () => {
    const body = uploadBody({ ...job, files: [{ ...file, filename: 'a"\r\nX: y', contentType: 'a\r\nb' }] }, random);

    const text = wire(body, Buffer.from('abc')).toString();
    expect(text).toContain('filename="a%22%0D%0AX: y"\r\nContent-Type: a%0D%0Ab\r\n\r\nabc');
  });

  it('names a type for a file that has none', () => {
    const body = uploadBody({ ...job, files: [{ ...file, contentType: '' }] }, random);

    expect(wire(body, Buffer.from('abc')).toString()).toContain('Content-Type: application/octet-stream\r\n');
  });

  const text = fc.string({ unit: 'grapheme' }).map((value) => value.replace(/["\r\n]/g, ''));
  test.prop([
    fc.array(fc.record({ name: text, value: fc.string({ unit: 'binary' }) }), { maxLength: 3 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.nat(3),
  ])('is read as it was written', (form, content, count) => {
    const files = Array.from({ length: count }, (_, index) => ({ ...file, index, to: content.length - 1 }));

    const body = uploadBody({ ...job, form, files }, random);
    const parts = parseMultipart(wire(body, content), headerOf(body, 'Content-Type'));

    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    expect(parts?.slice(0, form.length).map(({ name, bytes }) => ({ name, value: decoder.decode(bytes) }))).toEqual(
      form,
    );
    expect(parts?.slice(form.length).map(({ bytes }) => [...bytes])).toEqual(files.map(() => [...content]));
  });

  it.each([
    ['', 'multipart/form-data; boundary=b'],
    ['--b\r\n', 'multipart/form-data; boundary=b'],
    ['--b\r\nA: b\r\n\r\nunfinished', 'multipart/form-data; boundary=b'],
    ['--b--', 'multipart/form-data'],
    ['--b--', 'text/plain'],
  ])('is not found in %j of type %s', (body, type) => {
    expect(parseMultipart(Buffer.from(body), type)).toBeNull();
  });
});

describe('a raw body', () => {
  it('is one file', () => {
    const body = uploadBody({ ...job, encoding: 'raw' }, random);

    expect(body).toEqual({
      headers: [
        ['Content-Type', 'application/octet-stream'],
        ['Content-Length', '3'],
      ],
      pieces: [file],
    });
    expect(() => uploadBody({ ...job, encoding: 'raw', files: [file, file] }, random)).toThrow('bug');
  });
});
