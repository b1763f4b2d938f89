import type { Change, StoredTask, TaskLife, TaskRecord } from '../../src/ports/store.ts';

/** A record with a value in every field, none of them a default. */
export function record(seq: number, fields: Partial<TaskRecord> = {}): TaskRecord {
  return {
    tid: String(seq * 7_919),
    seq,
    uid: 20_010_044,
    bundle: 'com.example.app',
    ctimeMs: 1_700_000_000_000 + seq,
    spec: {
      api: 'agent',
      action: 'upload',
      mode: 'foreground',
      url: 'https://example.com/ä?q=1',
      method: 'PUT',
      title: 'title \0 "quoted" \ud800',
      description: '描述 🚢',
      headers: { 'X-Header': 'one', accept: '*/*' },
      body: 'body',
      form: [{ name: 'field', value: 'value' }],
      files: [{ name: 'file', path: '/data/file', filename: 'f.txt', contentType: 'txt' }],
      target: '',
      overwrite: true,
      network: 'wifi',
      metered: true,
      roaming: false,
      retry: true,
      redirect: false,
      proxy: 'http://proxy:80',
      index: 1,
      begins: 5,
      ends: -1,
      gauge: true,
      precise: false,
      token: null,
      priority: 3,
      extras: { key: 'value' },
      multipart: true,
      notification: { title: 'shown', visibility: 1 },
      minSpeed: { bytesPerSecond: 100, seconds: 10 },
      timeout: { connectionMs: 60_000, totalMs: 604_800_000 },
    },
    ...fields,
  };
}

export function life(fields: Partial<TaskLife> = {}): TaskLife {
  return {
    state: 'running',
    reason: 'default',
    mtimeMs: 1_700_000_000_123,
    tries: 2,
    index: 1,
    processed: 123,
    sizes: [10, -1],
    headers: { etag: '"abc"', 'content-type': 'text/plain' },
    mimeType: 'text/plain',
    maxSpeed: 16_384,
    ranMs: 4_567,
    group: '123456789',
    ...fields,
  };
}

export function created(task: StoredTask): Change {
  return { type: 'task.created', ...task };
}
