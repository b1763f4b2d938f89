import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** Quiet, alone, and without a word to the internet. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Runs a script in headless Chromium.
 *
 * @param script  calls `answer(text)` or `fail(thrown)` once.
 * @returns       the text.
 * @throws        what the page throws, and when the browser ends without an answer; by rejection.
 */
export async function runInChromium(path: string, script: string): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'longshore-chromium-'));
  let resolve: (answer: string) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const answered = new Promise<string>((...both) => {
    [resolve, reject] = both;
  });
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      response.end();
      void textOf(request).then((text) => {
        if (request.url === '/answer') resolve(text);
        else reject(new Error(`the page failed: ${text}`));
      });
    } else if (request.url === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
    } else if (request.url === '/script.js') {
      response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const browser = spawn(path, [...flags, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`], {
    // A group of its own, so that all that it starts ends with it.
    detached: true,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((end) => {
    browser.once('exit', (code) => {
      reject(new Error(`chromium ended with ${code} and gave no answer`));
      end();
    });
    browser.once('error', (error) => {
      reject(error);
      end();
    });
  });
  try {
    return await answered;
  } finally {
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

const page = `<!doctype html><title>longshore</title><script>
  const tell = (path, text) => fetch(path, { method: 'POST', body: text });
  const answer = (text) => tell('/answer', text);
  addEventListener('error', ({ message }) => tell('/error', message));
  // Of rejections nobody else may hear: they belong to the clients that run here.
  const fail = (thrown) => tell('/error', String(thrown?.stack ?? thrown));
</script><script src="/script.js"></script>`;

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  return text;
}
