// Downloads to files over the loopback: one large file, and many at once.
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stream } from 'undici';
import { finished, has, mib, run, withLoopback } from './loopback.mjs';
import { beside, inTurn, median, over, percent, row, skipped, timed } from './measure.mjs';

const heapGrowthMiBMax = 64;
const aria2Options = ['--quiet', '--file-allocation=none', '--max-connection-per-server=1', '--split=1'];

export async function download({ quick }) {
  const bytes = (quick ? 256 : 1024) * mib;
  return withLoopback({}, async ({ origin, directory, app }) => {
    const url = `${origin}/${bytes}`;
    const { agent } = app.request;
    const config = { action: agent.Action.DOWNLOAD, url, saveas: './longshore', overwrite: true };
    let heapGrowthMiB = 0;
    const withEngine = async () => {
      const heap = watchHeap();
      await finished(app, config);
      heapGrowthMiB = Math.max(heapGrowthMiB, heap.growthMiB());
    };
    const whole = (name, act) => async () => {
      const path = join(directory, name);
      rmSync(path, { force: true });
      settle();
      const tookMs = await timed(() => act(path));
      if (statSync(path).size !== bytes) throw new Error(`${path} is not whole`);
      rmSync(path);
      return tookMs;
    };
    const withUndici = (path) => stream(url, { method: 'GET' }, () => createWriteStream(path, { highWaterMark: mib }));
    const withAria2 = (path) =>
      run('aria2c', [...aria2Options, '-d', directory, '-o', path.slice(directory.length + 1), url]);
    const times = await inTurn(
      {
        longshore: whole('longshore', withEngine),
        undici: whole('undici', withUndici),
        ...(has('aria2c') ? { aria2: whole('aria2', withAria2) } : {}),
        ...(has('curl') ? { curl: whole('curl', (path) => run('curl', ['-s', '-o', path, url])) } : {}),
      },
      { rounds: quick ? 3 : 11 },
    );
    const what = `download of ${bytes / mib} MiB to a file over the loopback`;
    const compare = comparison(times, bytes);
    return [
      row({ what: `${what}, against bare undici to a file`, target: '≥ 95 %', ...compare('undici', 0.95) }),
      times.aria2 === undefined
        ? skipped(`${what}, against aria2c`, '> 100 %', 'there is no aria2c')
        : row({ what: `${what}, against aria2c`, target: '> 100 %', ...compare('aria2', 1) }),
      times.curl === undefined ? [] : beside(`${what}, against curl -o`, compare('curl', 0).measured),
      row({
        what: 'growth of the heap meanwhile, buffers included',
        measured: `${heapGrowthMiB.toFixed(0)} MiB`,
        target: `≤ ${heapGrowthMiBMax} MiB`,
        met: heapGrowthMiB <= heapGrowthMiBMax,
      }),
    ].flat();
  });
}

export async function downloads({ quick }) {
  const count = 64;
  const bytes = (quick ? 4 : 16) * mib;
  return withLoopback({ slots: count }, async ({ origin, directory, app }) => {
    const { agent } = app.request;
    const urls = Array.from({ length: count }, (_, n) => `${origin}/${bytes}/${n}`);
    const whole = (name, act) => async () => {
      const into = join(directory, name);
      mkdirSync(into);
      settle();
      const tookMs = await timed(() => act(into));
      const sizes = readdirSync(into).map((file) => statSync(join(into, file)).size);
      if (sizes.length !== count || sizes.some((size) => size !== bytes)) throw new Error(`${name} is not whole`);
      rmSync(into, { recursive: true });
      return tookMs;
    };
    let heapGrowthMiB = 0;
    const withEngine = async () => {
      const heap = watchHeap();
      const config = (url, n) => ({ action: agent.Action.DOWNLOAD, url, saveas: `./longshore/${n}`, overwrite: true });
      await Promise.all(urls.map((url, n) => finished(app, config(url, n))));
      heapGrowthMiB = Math.max(heapGrowthMiB, heap.growthMiB());
    };
    const list = join(directory, 'urls');
    writeFileSync(list, urls.map((url, n) => `${url}\n out=${n}\n`).join(''));
    const withAria2 = (into) => run('aria2c', [...aria2Options, `-j${count}`, '-d', into, '-i', list]);
    const times = await inTurn(
      { longshore: whole('longshore', withEngine), ...(has('aria2c') ? { aria2: whole('aria2', withAria2) } : {}) },
      { rounds: quick ? 3 : 7 },
    );
    const what = `download of ${count} × ${bytes / mib} MiB at once, slots ${count}`;
    return [
      times.aria2 === undefined
        ? skipped(`${what}, against aria2c -j${count}`, '> 100 %', 'there is no aria2c')
        : row({
            what: `${what}, against aria2c -j${count}`,
            target: '> 100 %',
            ...comparison(times, bytes * count)('aria2', 1),
          }),
      beside('growth of the heap meanwhile, buffers included', `${heapGrowthMiB.toFixed(0)} MiB`),
    ];
  });
}

function comparison(times, bytes) {
  const rate = (name) => bytes / mib / (median(times[name]) / 1000);
  return (name, atLeast) => {
    const ratio = over(times[name], times.longshore);
    const measured = `${rate('longshore').toFixed(0)} / ${rate(name).toFixed(0)} MiB/s = ${percent(ratio)}`;
    return { measured, met: ratio >= atLeast };
  };
}

/** Has the disk finish what the one before has left it, so that nobody waits for another's pages. */
function settle() {
  spawnSync('sync');
}

/** The largest heap there was, over that of the beginning. */
function watchHeap() {
  globalThis.gc();
  const bytesNow = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = bytesNow();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, bytesNow());
  }, 20);
  return {
    growthMiB() {
      clearInterval(timer);
      return (most - before) / mib;
    },
  };
}
