// What the engine makes of every row of the cloud services: real transfers against the real servers, one row at a time.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveCloud } from '../dist/cloud/http.js';
import { createEngine } from '../dist/index.js';
import { createDiskFiles, createHttpTransport, createSystemClock, createSystemRandom } from '../dist/node.js';
import { createMemoryStore } from '../dist/sim.js';

/** A download and an upload of each service, as an app would make them. */
const transfers = {
  'tencent-ci': {
    download: () => ({ path: '/picture.png?imageMogr2/thumbnail/!50p' }),
    upload: () => ({ path: '/file.bin', method: 'PUT', headers: { 'Content-Type': 'application/octet-stream' } }),
  },
  gokuai: {
    download: () => ({ path: '/download/file.bin' }),
    upload: () => ({
      path: '/2/web_upload',
      form: { org_client_id: 'example-library', name: 'file.bin', filefield: 'file' },
      file: 'file',
    }),
  },
  'tencent-cos-v4': {
    download: () => ({ path: '/bkt-10000000.file.myqcloud.com/file.bin' }),
    upload: () => ({ path: '/files/v2/10000000/bkt/file.bin', form: { op: 'upload' }, file: 'filecontent' }),
  },
  'baidu-pcs': {
    download: () => ({ path: pcs('download') }),
    upload: () => ({ path: pcs('upload'), file: 'file' }),
  },
};

const pcs = (method) =>
  `/rest/2.0/pcs/file?method=${method}&path=%2Fapps%2Flongshore%2Ffile.bin&access_token=example-access-token`;

/**
 * @param cases  [{ service, scenario }]
 * @returns for each case what a download and an upload against that server end as: { download, upload }
 */
export async function verdictsOf(cases) {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-verdicts-'));
  const desk = openDesk(directory);
  try {
    const verdicts = [];
    // Several at a time: most of a transfer is waiting.
    const next = cases.entries();
    const work = async () => {
      for (const [index, each] of next) verdicts[index] = await verdictOf(desk, each, index);
    };
    await Promise.all(Array.from({ length: 8 }, work));
    return verdicts;
  } finally {
    await desk.engine.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function openDesk(directory) {
  const clock = createSystemClock();
  const random = createSystemRandom();
  const files = createDiskFiles();
  const transport = createHttpTransport({ files, clock, random });
  const limits = { backgroundTasksMax: Number.POSITIVE_INFINITY };
  const engine = createEngine({ clock, random, files, transport, store: createMemoryStore(), limits });
  const app = engine.app({ bundle: 'com.example.app', uid: 20_010_001, roots: [directory] });
  mkdirSync(app.context.cacheDir, { recursive: true });
  writeFileSync(join(app.context.cacheDir, 'source.bin'), 'the bytes of an upload');
  return { engine, app };
}

async function verdictOf(desk, { service, scenario }, index) {
  const verdict = {};
  for (const action of ['download', 'upload']) {
    const server = await serveCloud(service, { scenario });
    try {
      verdict[action] = await transfer(desk, action, `${server.url}`, transfers[service][action](), index);
    } finally {
      await server.close();
    }
  }
  return verdict;
}

async function transfer({ app }, action, origin, { path, method = 'POST', headers, form = {}, file = 'file' }, index) {
  const { agent } = app.request;
  const target = join(app.context.cacheDir, `${index}.bin`);
  const task = await agent.create(app.context, {
    action: action === 'download' ? agent.Action.DOWNLOAD : agent.Action.UPLOAD,
    url: `${origin}${path}`,
    mode: agent.Mode.BACKGROUND,
    overwrite: true,
    ...(action === 'download'
      ? { saveas: target }
      : {
          method,
          ...(headers === undefined ? {} : { headers }),
          data: [
            ...Object.entries(form).map(([name, value]) => ({ name, value })),
            { name: file, value: { path: 'internal://cache/source.bin', filename: 'file.bin' } },
          ],
        }),
  });
  const heard = {};
  task.on('response', ({ statusCode, headers: told }) => {
    heard.status = statusCode;
    heard.errno = told.get('x-errno')?.join(', ');
  });
  const ended = new Promise((resolve) => {
    task.on('completed', (progress) => resolve({ state: 'completed', body: progress.extras?.body }));
    task.on('failed', () => resolve({ state: 'failed' }));
  });
  await task.start();
  const { state, body } = await ended;
  const { reason, faults } = await agent.show(task.tid);
  await agent.remove(task.tid);
  const fault = Object.entries(agent.Faults ?? {}).find(([, value]) => value === faults)?.[0];
  const content = action === 'download' && state === 'completed' ? readFileSync(target) : null;
  return { state, reason, fault: fault ?? null, ...heard, body: body ?? null, content };
}
