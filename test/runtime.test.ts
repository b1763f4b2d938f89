import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngine } from '../src/runtime.ts';

let root: string;
let store: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'longshore-runtime-'));
  store = join(root, 'tasks.db');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('openEngine', () => {
  it.each([
    [undefined, 'openEngine: the options are undefined; legal: an object'],
    [{}, 'openEngine: store is missing; legal: the path of a file'],
    [{ store: '' }, 'openEngine: store is ; legal: the path of a file'],
    [{ store: 7 }, 'openEngine: store is 7; legal: the path of a file'],
  ])('refuses the options %j', (options, message) => {
    expect(() => openEngine(options as never)).toThrow(message);
  });

  it.each([
    [{ rules: 'foo' }, 'openEngine: rules is foo; legal: one of documented, device'],
    [{ slots: -4 }, 'openEngine: slots is -4; legal: a number, 0 or more, or { counts, speeds }'],
    [{ limits: { backgroundTasksMax: 'x' } }, 'openEngine: limits is {"backgroundTasksMax":"x"}; legal:'],
    [{ colour: 'red' }, 'openEngine: there is no option colour; legal: store, ca,'],
  ])('refuses the options %j, and makes no store', (options, message) => {
    expect(() => openEngine({ store, ...options } as never)).toThrow(message);
    expect(existsSync(store)).toBe(false);
  });

  it('says of an app without roots what is missing', async () => {
    const engine = openEngine({ store });

    expect(() => engine.app({ bundle: 'com.example.app', uid: 1 } as never)).toThrow(
      expect.objectContaining({ code: 401, detail: expect.stringContaining('legal: at least one directory') }),
    );
    await engine.close();
  });

  it('answers calls that come after it was closed', async () => {
    const engine = openEngine({ store });
    const { request, context } = engine.app({ bundle: 'com.example.app', uid: 1, roots: [root] });
    const config = { action: 0, url: 'http://files.example/a', saveas: './a' } as const;
    const task = await request.agent.create(context, config);
    await engine.close();

    for (const call of [
      () => task.start(),
      () => request.agent.show(task.tid),
      () => request.agent.create(context, { ...config, saveas: './b' }),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 13400003,
        detail: expect.stringContaining('the engine is closed; open another one'),
      });
    }
    expect(existsSync(join(root, 'b'))).toBe(false);
  });
});
