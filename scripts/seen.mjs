// Uses the built module in a world of its own, and notes what is there: members that it has, fields that it reads and fills in.
import { createWorld, serverOrigin } from '../dist/sim.js';

/** @returns {Promise<Map<string, unknown>>} `owner.member` → its value; a field that was read or told has one too. */
export async function seen() {
  const found = new Map();
  const world = createWorld({ files: { '/file': 1_000 } });
  const { request, context } = world.app;
  const watch = watcher(found);

  note(found, 'request', request);
  note(found, 'agent', request.agent);
  for (const [name, value] of Object.entries(request.agent)) {
    if (typeof value === 'object') note(found, `agent.${name}`, value);
  }
  await useAgent();
  await useLegacy();
  await request.agent.search(watch('agent.Filter', {}));
  await request.agent.createGroup(watch('agent.GroupConfig', { notification: {} }));
  return found;

  async function useAgent() {
    const config = {
      action: 0,
      url: `${serverOrigin}/file`,
      overwrite: true,
      notification: watch('agent.Notification', {}),
      minSpeed: watch('agent.MinSpeed', { speed: 1, duration: 60 }),
      timeout: watch('agent.Timeout', {}),
    };
    const task = await request.agent.create(context, watch('agent.Config', config));
    note(found, 'agent.Task', task);
    tryEvents(found, 'agent.Task', task);
    task.on('response', (response) => note(found, 'agent.HttpResponse', response));
    task.on('completed', (progress) => note(found, 'agent.Progress', progress));
    await task.start();
    await world.run(10_000);
    const manager = world.addApp({
      uid: 20_010_900,
      system: true,
      permissions: ['INTERNET', 'DOWNLOAD_SESSION_MANAGER'].map((name) => `ohos.permission.${name}`),
    });
    note(found, 'agent.TaskInfo', await manager.request.agent.query(task.tid));

    world.disk.write('/data/sent', 'sent');
    const files = [watch('agent.FileSpec', { path: '/data/sent' })];
    const item = watch('agent.FormItem', { name: 'files', value: files });
    const upload = { action: 1, url: `${serverOrigin}/up`, data: [item] };
    await request.agent.create(context, watch('agent.Config', upload));
  }

  async function useLegacy() {
    const config = { url: `${serverOrigin}/file`, filePath: '/data/legacy' };
    const download = await request.downloadFile(context, watch('DownloadConfig', config));
    note(found, 'DownloadTask', download);
    tryEvents(found, 'DownloadTask', download);
    note(found, 'DownloadInfo', await download.getTaskInfo());

    const files = [watch('File', { filename: 'f', name: 'f', uri: 'internal://cache/sent', type: 'txt' })];
    const data = [watch('RequestData', { name: 'a', value: 'b' })];
    const upload = await request.uploadFile(
      context,
      watch('UploadConfig', { url: `${serverOrigin}/up`, header: {}, method: 'POST', files, data }),
    );
    note(found, 'UploadTask', upload);
    tryEvents(found, 'UploadTask', upload);
    upload.on('complete', ([state]) => note(found, 'TaskState', state));
    await world.run(10_000);
  }
}

/** Objects that note which of their members are read. */
function watcher(found) {
  return (owner, object) =>
    new Proxy(object, {
      get(of, name) {
        if (typeof name === 'string') found.set(`${owner}.${name}`, 'read');
        return Reflect.get(of, name);
      },
    });
}

/** Members of an object, those it inherits included. */
function note(found, owner, object) {
  for (let at = Object(object); at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) found.set(`${owner}.${name}`, object[name]);
  }
}

const events = ['progress', 'completed', 'failed', 'pause', 'resume', 'remove', 'response', 'faultOccur', 'wait'];
const legacyEvents = ['complete', 'fail', 'headerReceive'];

/** An event that a task does not know is refused. */
function tryEvents(found, owner, task) {
  const listener = () => {};
  for (const event of [...events, ...legacyEvents]) {
    for (const call of ['on', 'off']) {
      try {
        task[call](event, listener);
        found.set(`${owner}.${call}('${event}')`, 'known');
      } catch (error) {
        if (error.code !== 401) throw error;
      }
    }
  }
}
