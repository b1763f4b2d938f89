import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDirectory } from '../../src/cloud/host/data-directory.ts';
import { DataError, serveCloud } from '../../src/cloud/http.ts';
import { tiny } from './tiny.ts';
import { closeAll, serve } from './wire.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'longshore-data-'));
});

afterEach(async () => {
  await closeAll();
  rmSync(dataDir, { recursive: true });
});

const put = (url: string, path: string, body: BodyInit) => fetch(`${url}${path}`, { method: 'PUT', body });
const text = async (url: string, path: string) => (await fetch(`${url}${path}`)).text();
const stateOnDisk = () => JSON.parse(readFileSync(join(dataDir, 'state.json'), 'utf8'));

describe('a data directory', () => {
  it('is where the next server goes on', async () => {
    const scenario = { files: [{ path: '/given', text: 'given' }] };
    const one = await serve({ dataDir, scenario });
    await put(one.url, '/a', 'first');
    await fetch(`${one.url}/given`, { method: 'DELETE' });
    await one.close();

    const two = await serve({ dataDir, scenario });

    expect(await text(two.url, '/a')).toBe('first');
    expect((await fetch(`${two.url}/given`)).status).toBe(404);
    expect(two.state.serial).toBe(4);
    expect(two.state.faults.calls['*']).toBe(2);
  });

  it('has what was answered, at any instant', async () => {
    const { url } = await serve({ dataDir });

    for (const name of ['/a', '/b', '/c']) {
      await put(url, name, name);
      expect(Object.keys(stateOnDisk().state.service.files)).toContain(name);
    }
    await Promise.all([...'defghij'].map((name) => put(url, `/${name}`, name)));

    expect(Object.keys(stateOnDisk().state.service.files)).toHaveLength(10);
    expect(readdirSync(dataDir).sort()).toEqual(['blobs', 'server.lock', 'state.json']);
  });

  it('answers 500 while it cannot be written, and recovers', async () => {
    const troubles: unknown[] = [];
    const { url } = await serve({ dataDir, onBug: (trouble) => troubles.push(trouble) });
    mkdirSync(join(dataDir, 'state.json.part'));

    const refused = await put(url, '/a', 'first');
    rmSync(join(dataDir, 'state.json.part'), { recursive: true });
    const taken = await put(url, '/b', 'second');

    expect([refused.status, taken.status]).toEqual([500, 200]);
    expect(troubles).toMatchObject([{ code: 'EISDIR' }]);
    expect(Object.keys(stateOnDisk().state.service.files)).toContain('/b');
  });

  it('belongs to one server at a time', async () => {
    const one = await serve({ dataDir });

    await expect(serveCloud(tiny, { dataDir })).rejects.toThrow(new DataError(`another server works on ${dataDir}`));
    await one.close();

    await (await serveCloud(tiny, { dataDir })).close();
  });

  it.each([
    ['no JSON', () => '{"version":1,', /state\.json is not what a server of this version left/],
    ['another version', () => JSON.stringify({ ...stateOnDisk(), version: 2 }), /not what a server of this version/],
    ['nothing of a server', () => '[]', /not what a server of this version/],
    ['another service', () => JSON.stringify({ ...stateOnDisk(), service: 'x' }), /state\.json is of x, not of gokuai/],
  ])('with %s in its state is refused', async (_, content, message) => {
    await (await serveCloud(tiny, { dataDir })).close();
    writeFileSync(join(dataDir, 'state.json'), content());

    await expect(serveCloud(tiny, { dataDir })).rejects.toThrow(DataError);
    await expect(serveCloud(tiny, { dataDir })).rejects.toThrow(message);
  });

  it('whose blobs are gone is refused', async () => {
    const one = await serve({ dataDir });
    await put(one.url, '/a', 'first');
    await one.close();
    rmSync(join(dataDir, 'blobs'), { recursive: true });

    await expect(serveCloud(tiny, { dataDir })).rejects.toThrow(
      /names the blob [0-9a-f]{40}-5, which blobs\/ does not/,
    );
  });

  it('is free again when its server was killed, and has all that was saved', async () => {
    const server = join(import.meta.dirname, '../../src/cloud/host/data-directory.ts');
    const child = `
      const { openDataDirectory } = await import(${JSON.stringify(server)});
      const directory = openDataDirectory(${JSON.stringify(dataDir)}, 'gokuai');
      const writer = directory.blobs.writer();
      await writer.write(new Uint8Array(100000));
      await directory.save({ serial: 7, service: {} });
      process.kill(process.pid, 'SIGKILL');`;
    // Inside the package, so that it finds what it imports.
    const file = join(import.meta.dirname, `../../node_modules/.cloud-child-${process.pid}.mjs`);
    await build({
      stdin: { contents: child, resolveDir: import.meta.dirname },
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      outfile: file,
    });
    const signal = await new Promise((done) => execFile(process.execPath, [file], (error) => done(error?.signal)));
    rmSync(file);

    const directory = openDataDirectory(dataDir, 'gokuai');

    expect(signal).toBe('SIGKILL');
    expect(directory.state).toEqual({ serial: 7, service: {} });
    expect(readdirSync(join(dataDir, 'blobs'))).toEqual([]);
    await directory.close(null);
  });
});

describe('garbage', () => {
  it('is dropped when enough was written and nothing is under way', async () => {
    const { url } = await serve({ dataDir, limits: { garbageBytesMin: 1_000 } });
    const blobs = () => readdirSync(join(dataDir, 'blobs'));

    await put(url, '/a', 'a'.repeat(600));
    await put(url, '/b', 'b'.repeat(300));
    await put(url, '/a', 'c'.repeat(50));
    expect(blobs()).toHaveLength(3);
    await put(url, '/c', 'd'.repeat(100));
    await expect.poll(blobs).toHaveLength(3);

    expect(await text(url, '/a')).toBe('c'.repeat(50));
    expect(await text(url, '/b')).toBe('b'.repeat(300));
  });

  it('is never what is uploaded at the same time', async () => {
    const { url } = await serve({ dataDir, limits: { garbageBytesMin: 1 } });
    const names = Array.from({ length: 40 }, (_, n) => `/${n}`);

    for (let round = 0; round < 5; round++) {
      await Promise.all(names.map((name) => put(url, name, `${Number(name.slice(1)) % 7} ${round}`)));
    }

    const told = await Promise.all(names.map((name) => text(url, name)));
    expect(told).toEqual(names.map((name) => `${Number(name.slice(1)) % 7} 4`));
    expect(readdirSync(join(dataDir, 'blobs')).length).toBeLessThan(36);
  });

  it('does not leave the data directory, whatever a path says', async () => {
    const { url } = await serve({ dataDir });
    const names = ['/../../x', '/%2e%2e/%2e%2e/x', '/..%2f..%2fx', '/%00', '/a\\..\\b', '/%c0%ae%c0%ae/x'];

    for (const name of names) expect((await put(url, name, name)).status).toBe(200);

    expect(readdirSync(join(dataDir, 'blobs')).every((name) => /^[0-9a-f]{40}-\d+$/.test(name))).toBe(true);
    expect(readdirSync(dataDir).sort()).toEqual(['blobs', 'server.lock', 'state.json']);
  });
});
