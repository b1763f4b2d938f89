import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestHeads } from '../../src/harmony/request-heads.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const text = (message: Uint8Array) => Buffer.from(message).toString('latin1');

/** The messages that come of these chunks, and what is held at the end. */
function messagesOf(...chunks: string[]): string[] {
  const heads = new RequestHeads();
  return [...chunks.flatMap((chunk) => heads.take(bytes(chunk))), ...heads.rest()].map(text);
}

const upload =
  'PUT /Up HTTP/1.1\r\nHost: A.b\r\nContent-Type: multipart/form-data; boundary=X\r\nContent-Length: 9\r\n\r\n';
const uploadAsTold =
  'PUT /Up HTTP/1.1\r\nhost:A.b\r\ncontent-type:multipart/form-data; boundary=X\r\ncontent-length:9\r\n\r\n';

describe('a head', () => {
  it('has lower-case names and no blank after the colon; its request line and its values stay', () => {
    expect(messagesOf('GET /A?B:c HTTP/1.1\r\nHost: X:1\r\nRange:   bytes=0-\r\nX-Url:http://A\r\n\r\n')).toEqual([
      'GET /A?B:c HTTP/1.1\r\nhost:X:1\r\nrange:bytes=0-\r\nx-url:http://A\r\n\r\n',
    ]);
  });

  it('comes in one message with what came with it', () => {
    expect(messagesOf(`${upload}Body: b`, 'dy')).toEqual([`${uploadAsTold}Body: b`, 'dy']);
  });

  it('waits until it is whole', () => {
    expect(messagesOf('P', 'UT /Up HTTP/1.1\r\nHost', upload.slice(22), 'Body: bdy')).toEqual([
      uploadAsTold,
      'Body: bdy',
    ]);
  });

  it('follows the body of the one before it on the same connection', () => {
    expect(messagesOf(`${upload}Body: bdyGET / HTTP/1.1\r\nA: b\r\n\r\nGET /2 HTTP/1.1\r\nC: d\r\n\r\n`)).toEqual([
      `${uploadAsTold}Body: bdy`,
      'GET / HTTP/1.1\r\na:b\r\n\r\n',
      'GET /2 HTTP/1.1\r\nc:d\r\n\r\n',
    ]);
  });
});

it('leaves every byte after a head alone when the body comes in chunks', () => {
  const body = '5\r\nA: b\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n';

  expect(messagesOf(`PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${body}`, 'More: x\r\n\r\n')).toEqual([
    `PUT / HTTP/1.1\r\ntransfer-encoding:chunked\r\n\r\n${body}`,
    'More: x\r\n\r\n',
  ]);
});

describe('what is no HTTP', () => {
  it('passes at once, as it is', () => {
    expect(messagesOf('hello', ' World: x\r\n\r\n')).toEqual(['hello', ' World: x\r\n\r\n']);
    expect(messagesOf('\x16\x03\x01')).toEqual(['\x16\x03\x01']);
  });

  it('passes when it is too long for a head', () => {
    const long = `GET ${'/'.repeat(70_000)}`;

    expect(messagesOf(long, 'Rest: x')).toEqual([long, 'Rest: x']);
  });

  it('is handed over at the end when it only began like a head', () => {
    expect(messagesOf('GET the door')).toEqual(['GET the door']);
  });
});

it('says the same however the network cuts it', () => {
  const body = 'Any: \r\n\r\nGET / x';
  const request = `POST /up HTTP/1.1\r\nContent-Length: ${body.length}\r\nX-A: B\r\n\r\n${body}`;
  const told = `POST /up HTTP/1.1\r\ncontent-length:${body.length}\r\nx-a:B\r\n\r\n${body}`;

  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 * request.length }), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), 2 * request.length];
      const twice = request + request;
      const messages = messagesOf(...places.slice(1).map((to, at) => twice.slice(places[at], to)));

      expect(messages.join('')).toBe(told + told);
      expect(messages.filter((message) => message.startsWith('POST /up HTTP/1.1\r\ncontent-length:'))).toHaveLength(2);
    }),
  );
});
