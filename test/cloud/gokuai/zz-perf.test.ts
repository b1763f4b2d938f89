import { it } from 'vitest';
import { Client } from './client.ts';
it('perf', () => {
  const client = new Client();
  const n = 5000;
  const key = client.key();
  let t = performance.now();
  for (let i = 0; i < n; i++) client.uploadForm(`d${i % 50}/f${i}`, `x${i}`, { key });
  console.log('upload ms each', (performance.now() - t) / n);
  for (const op of [['ls', {}], ['ls', { fullpath: 'd1' }], ['stat', {}], ['info', { fullpath: 'd1/f1' }], ['search', { keywords: 'f1' }], ['updates', {}], ['create_folder', { fullpath: 'zz' }], ['download_url', { fullpath: 'd1/f1' }], ['copy', { from_fullpath: 'd1', fullpath: 'd1' }]] as const) {
    t = performance.now();
    client.call(op[0], op[1]);
    console.log(op[0], performance.now() - t);
  }
}, 600000);
