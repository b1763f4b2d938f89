// Every published member of the module `@ohos.request`, up to API level 22: what the reference page compares with the build.

/**
 * @typedef {object} Owner
 * @property {string} owner  whose members they are.
 * @property {'constant' | 'enum' | 'functions' | 'interface' | 'object'} kind  an `object` is made by the module, and called.
 * @property {number} since  first API level of the owner, and of its members unless they say otherwise.
 * @property {Record<string, Member>} members  name or signature → what is published of it.
 *
 * @typedef {object} Member
 * @property {number} [since]
 * @property {number | string} [value]  of a constant.
 * @property {string} [remark]  what differs here from a device, or what to know.
 * @property {string} [missing]  why it is not supported.
 */

const since = (level, ...names) => Object.fromEntries(names.map((name) => [name, { since: level }]));
const plain = (...names) => Object.fromEntries(names.map((name) => [name, {}]));
const values = (level, numbers) =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, { since: level, value }]));
/** Both forms of each operation of a legacy task. */
const twice = (operations) =>
  Object.fromEntries(
    Object.entries(operations).flatMap(([name, member]) => [
      [`${name}(callback)`, member],
      [`${name}()`, member],
    ]),
  );
const heard = (events) =>
  Object.fromEntries(
    Object.entries(events).flatMap(([names, level]) =>
      ['on', 'off'].map((call) => [`${call}(${names})`, { since: level }]),
    ),
  );

const shownNowhere = 'checked and kept; nothing off the device shows it';
const old = (level, successor) => ({ since: level, remark: `deprecated since 9: \`${successor}\`` });
const noUserFiles = { remark: 'a user file (`file://docs/…`) answers 13400001: only a device can open it' };

/** @type {readonly Owner[]} */
export const owners = [
  {
    owner: 'request',
    kind: 'constant',
    since: 6,
    members: {
      ...values(9, {
        EXCEPTION_PERMISSION: 201,
        EXCEPTION_PARAMCHECK: 401,
        EXCEPTION_UNSUPPORTED: 801,
        EXCEPTION_FILEIO: 13400001,
        EXCEPTION_FILEPATH: 13400002,
        EXCEPTION_SERVICE: 13400003,
        EXCEPTION_OTHERS: 13499999,
      }),
      ...values(6, { NETWORK_MOBILE: 0x00000001, NETWORK_WIFI: 0x00010000 }),
      ...values(7, {
        ERROR_CANNOT_RESUME: 0,
        ERROR_DEVICE_NOT_FOUND: 1,
        ERROR_FILE_ALREADY_EXISTS: 2,
        ERROR_FILE_ERROR: 3,
        ERROR_HTTP_DATA_ERROR: 4,
        ERROR_INSUFFICIENT_SPACE: 5,
        ERROR_TOO_MANY_REDIRECTS: 6,
        ERROR_UNHANDLED_HTTP_CODE: 7,
        ERROR_UNKNOWN: 8,
      }),
      ...values(9, { ERROR_OFFLINE: 9, ERROR_UNSUPPORTED_NETWORK_TYPE: 10 }),
      ...values(7, { PAUSED_QUEUED_FOR_WIFI: 0, PAUSED_WAITING_FOR_NETWORK: 1, PAUSED_WAITING_TO_RETRY: 2 }),
      ...values(9, { PAUSED_BY_USER: 3 }),
      ...values(7, {
        PAUSED_UNKNOWN: 4,
        SESSION_SUCCESSFUL: 0,
        SESSION_RUNNING: 1,
        SESSION_PENDING: 2,
        SESSION_PAUSED: 3,
        SESSION_FAILED: 4,
      }),
    },
  },
  {
    owner: 'request',
    kind: 'functions',
    since: 6,
    members: {
      'download(config, callback)': old(6, 'downloadFile'),
      'downloadFile(context, config, callback)': { since: 9 },
      'download(config)': old(6, 'downloadFile'),
      'downloadFile(context, config)': { since: 9 },
      'upload(config, callback)': old(6, 'uploadFile'),
      'uploadFile(context, config, callback)': { since: 9 },
      'upload(config)': old(6, 'uploadFile'),
      'uploadFile(context, config)': { since: 9 },
    },
  },
  {
    owner: 'DownloadConfig',
    kind: 'interface',
    since: 6,
    members: {
      ...plain('url', 'header', 'enableMetered', 'enableRoaming', 'description', 'networkType'),
      filePath: { since: 7 },
      title: {},
      background: { since: 9, remark: 'kept as `gauge`; nothing off the device shows it' },
    },
  },
  {
    owner: 'DownloadInfo',
    kind: 'interface',
    since: 7,
    members: plain(
      'description',
      'downloadedBytes',
      'downloadId',
      'failedReason',
      'fileName',
      'filePath',
      'pausedReason',
      'status',
      'targetURI',
      'downloadTitle',
      'downloadTotalBytes',
    ),
  },
  {
    owner: 'DownloadTask',
    kind: 'object',
    since: 6,
    members: {
      ...heard({ "'progress'": 6, "'complete' | 'pause' | 'remove'": 7, "'fail'": 7 }),
      ...twice({
        remove: old(6, 'delete'),
        pause: old(7, 'suspend'),
        resume: old(7, 'restore'),
        query: old(7, 'getTaskInfo'),
        queryMimeType: old(7, 'getTaskMimeType'),
        ...since(9, 'delete', 'suspend', 'restore', 'getTaskInfo', 'getTaskMimeType'),
      }),
    },
  },
  { owner: 'File', kind: 'interface', since: 6, members: plain('filename', 'name', 'uri', 'type') },
  { owner: 'RequestData', kind: 'interface', since: 6, members: plain('name', 'value') },
  { owner: 'TaskState', kind: 'interface', since: 9, members: plain('path', 'responseCode', 'message') },
  {
    owner: 'UploadConfig',
    kind: 'interface',
    since: 6,
    members: {
      ...plain('url', 'header', 'method'),
      ...since(11, 'index', 'begins', 'ends'),
      ...plain('files', 'data'),
    },
  },
  {
    owner: 'UploadTask',
    kind: 'object',
    since: 6,
    members: {
      ...heard({ "'progress'": 6, "'headerReceive'": 7, "'complete' | 'fail'": 9 }),
      ...twice({ remove: old(6, 'delete'), delete: { since: 9 } }),
    },
  },
  {
    owner: 'agent',
    kind: 'constant',
    since: 21,
    members: values(21, { VISIBILITY_COMPLETION: 1, VISIBILITY_PROGRESS: 2 }),
  },
  { owner: 'agent.Action', kind: 'enum', since: 10, members: values(10, { DOWNLOAD: 0, UPLOAD: 1 }) },
  { owner: 'agent.Mode', kind: 'enum', since: 10, members: values(10, { BACKGROUND: 0, FOREGROUND: 1 }) },
  { owner: 'agent.Network', kind: 'enum', since: 10, members: values(10, { ANY: 0, WIFI: 1, CELLULAR: 2 }) },
  {
    owner: 'agent.BroadcastEvent',
    kind: 'enum',
    since: 11,
    members: values(11, { COMPLETE: 'ohos.request.event.COMPLETE' }),
  },
  {
    owner: 'agent.State',
    kind: 'enum',
    since: 10,
    members: values(10, {
      INITIALIZED: 0x00,
      WAITING: 0x10,
      RUNNING: 0x20,
      RETRYING: 0x21,
      PAUSED: 0x30,
      STOPPED: 0x31,
      COMPLETED: 0x40,
      FAILED: 0x41,
      REMOVED: 0x50,
    }),
  },
  {
    owner: 'agent.Faults',
    kind: 'enum',
    since: 10,
    members: {
      ...values(10, { OTHERS: 0xff, DISCONNECTED: 0x00, TIMEOUT: 0x10, PROTOCOL: 0x20 }),
      ...values(12, { PARAM: 0x30 }),
      ...values(10, { FSIO: 0x40 }),
      ...values(12, { DNS: 0x50, TCP: 0x60, SSL: 0x70, REDIRECT: 0x80 }),
      ...values(20, { LOW_SPEED: 0x90 }),
    },
  },
  {
    owner: 'agent.WaitingReason',
    kind: 'enum',
    since: 20,
    members: values(20, { TASK_QUEUE_FULL: 0, NETWORK_NOT_MATCH: 1, APP_BACKGROUND: 2, USER_INACTIVATED: 3 }),
  },
  {
    owner: 'agent.FileSpec',
    kind: 'interface',
    since: 10,
    members: {
      path: noUserFiles,
      mimeType: { missing: 'a device ignores it too; deprecated since 18: `contentType`' },
      filename: {},
      extras: { missing: 'a device ignores it too' },
      contentType: { since: 18 },
    },
  },
  { owner: 'agent.FormItem', kind: 'interface', since: 10, members: plain('name', 'value') },
  {
    owner: 'agent.Notification',
    kind: 'interface',
    since: 15,
    members: {
      title: { remark: shownNowhere },
      text: { remark: shownNowhere },
      disable: {
        since: 20,
        remark:
          'system apps with REQUEST_DISABLE_NOTIFICATION only; all it does is to shorten the total timeout to 600 s',
      },
      visibility: { since: 21, remark: shownNowhere },
      wantAgent: { since: 22, remark: 'checked; there is no notification to open it' },
    },
  },
  { owner: 'agent.MinSpeed', kind: 'interface', since: 20, members: plain('speed', 'duration') },
  { owner: 'agent.Timeout', kind: 'interface', since: 20, members: plain('connectionTimeout', 'totalTimeout') },
  {
    owner: 'agent.Config',
    kind: 'interface',
    since: 10,
    members: {
      ...plain('action', 'url', 'title', 'description', 'mode', 'overwrite', 'method', 'headers', 'data'),
      saveas: noUserFiles,
      ...plain('network', 'metered', 'roaming', 'retry', 'redirect'),
      ...since(12, 'proxy'),
      ...plain('index', 'begins', 'ends'),
      gauge: { remark: 'kept; nothing off the device shows progress to a user' },
      ...plain('precise', 'token'),
      ...since(11, 'priority'),
      ...plain('extras'),
      ...since(15, 'multipart'),
      notification: { since: 15, remark: shownNowhere },
      ...since(20, 'minSpeed', 'timeout'),
    },
  },
  {
    owner: 'agent.Progress',
    kind: 'interface',
    since: 10,
    members: plain('state', 'index', 'processed', 'sizes', 'extras'),
  },
  {
    owner: 'agent.Filter',
    kind: 'interface',
    since: 10,
    members: {
      bundle: { remark: 'system apps only; others find their own tasks' },
      ...plain('before', 'after', 'state', 'action', 'mode'),
    },
  },
  {
    owner: 'agent.TaskInfo',
    kind: 'interface',
    since: 10,
    members: {
      uid: { remark: 'told by `query` only' },
      bundle: { remark: 'told by `query` only' },
      ...plain('saveas', 'url', 'data', 'tid', 'title', 'description', 'action', 'mode'),
      ...since(11, 'priority'),
      ...plain('mimeType', 'progress', 'gauge', 'ctime', 'mtime', 'retry', 'tries'),
      faults: { remark: '`null` without a fault, as on a device' },
      ...plain('reason', 'extras'),
    },
  },
  {
    owner: 'agent.HttpResponse',
    kind: 'interface',
    since: 12,
    members: plain('version', 'statusCode', 'reason', 'headers'),
  },
  {
    owner: 'agent.GroupConfig',
    kind: 'interface',
    since: 15,
    members: { gauge: { remark: shownNowhere }, notification: { remark: shownNowhere } },
  },
  {
    owner: 'agent.Task',
    kind: 'object',
    since: 10,
    members: {
      ...plain('tid', 'config'),
      ...heard({ "'progress'": 10, "'completed'": 10, "'failed'": 10, "'pause'": 11, "'resume'": 11, "'remove'": 11 }),
      ...heard({ "'response'": 12, "'faultOccur'": 20, "'wait'": 20 }),
      ...twice(plain('start', 'pause', 'resume', 'stop')),
      'setMaxSpeed(speed)': { since: 18 },
    },
  },
  {
    owner: 'agent',
    kind: 'functions',
    since: 10,
    members: {
      ...plain('create(context, config, callback)', 'create(context, config)'),
      ...since(11, 'getTask(context, id, token?)'),
      ...plain('remove(id, callback)', 'remove(id)', 'show(id, callback)', 'show(id)'),
      ...plain('touch(id, token, callback)', 'touch(id, token)'),
      ...plain('search(callback)', 'search(filter, callback)', 'search(filter?)'),
      'query(id, callback)': { remark: 'system apps only' },
      'query(id)': { remark: 'system apps only' },
      ...since(15, 'createGroup(config)', 'attachGroup(gid, tids)', 'deleteGroup(gid)'),
    },
  },
];
