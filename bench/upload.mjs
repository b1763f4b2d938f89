// Uploads of one large file over the loopback: as the body itself, and as a part of a form.
import { closeSync, createReadStream, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { finished, has, mib, run, withLoopback } from './loopback.mjs';
import { beside, inTurn, median, over, percent, row, timed } from './measure.mjs';

export async function upload({ quick }) {
  const bytes = (quick ? 256 : 1024) * mib;
  return withLoopback({}, async ({ origin, directory, app }) => {
    const path = join(directory, 'large.bin');
    fill(path, bytes);
    const url = `${origin}/upload`;
    const { agent } = app.request;
    const config = (method) => ({
      action: agent.Action.UPLOAD,
      url,
      method,
      data: [{ name: 'file', value: { path: './large.bin', contentType: 'application/octet-stream' } }],
    });
    const contestants = {
      raw: {
        longshore: () => finished(app, { ...config('PUT'), headers: { 'Content-Type': 'application/octet-stream' } }),
        undici: () => bare(url, 'PUT', {}, path, bytes, ['', '']),
        ...(has('curl') ? { curl: () => run('curl', ['-s', '-T', path, url]) } : {}),
      },
      multipart: {
        longshore: () => finished(app, config('POST')),
        undici: () =>
          bare(url, 'POST', { 'content-type': `multipart/form-data; boundary=${boundary}` }, path, bytes, frame),
        ...(has('curl') ? { curl: () => run('curl', ['-s', '-F', `file=@${path}`, url]) } : {}),
      },
    };
    const rows = [];
    for (const [name, rivals] of Object.entries(contestants)) {
      const measured = Object.fromEntries(Object.entries(rivals).map(([who, act]) => [who, () => timed(act)]));
      const times = await inTurn(measured, { rounds: quick ? 3 : 7 });
      rows.push(...reported(name, times, bytes));
    }
    return rows;
  });
}

const boundary = '----bench';
const frame = [
  `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  `\r\n--${boundary}--\r\n`,
];

/** The file in pieces as large as helps, between what goes before and after it. */
async function bare(url, method, headers, path, bytes, [before, after]) {
  async function* body() {
    if (before !== '') yield Buffer.from(before);
    yield* createReadStream(path, { highWaterMark: 256 * 1024 });
    if (after !== '') yield Buffer.from(after);
  }
  const length = before.length + bytes + after.length;
  const answer = await request(url, {
    method,
    headers: { ...headers, 'content-length': String(length) },
    body: body(),
  });
  if (Number(await answer.body.text()) !== length) throw new Error('the upload is not whole');
}

function reported(name, times, bytes) {
  const rate = (who) => bytes / mib / (median(times[who]) / 1000);
  const ratio = (who) => over(times[who], times.longshore);
  const against = (who) => `${rate('longshore').toFixed(0)} / ${rate(who).toFixed(0)} MiB/s = ${percent(ratio(who))}`;
  const what = `upload of ${bytes / mib} MiB over the loopback, ${name === 'raw' ? 'raw PUT' : 'multipart'}`;
  const curl = name === 'raw' ? 'curl -T' : 'curl -F';
  return [
    row({
      what: `${what}, against bare undici`,
      measured: against('undici'),
      target: '≥ 95 %',
      met: ratio('undici') >= 0.95,
    }),
    ...(times.curl === undefined ? [] : [beside(`${what}, against ${curl}`, against('curl'))]),
  ];
}

function fill(path, bytes) {
  const file = openSync(path, 'w');
  const piece = Buffer.alloc(mib, 'longshore');
  for (let at = 0; at < bytes; at += piece.length) writeSync(file, piece);
  ftruncateSync(file, bytes);
  closeSync(file);
}
