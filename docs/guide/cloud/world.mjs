import { baiduPcs, createCloudService } from 'longshore/cloud';
import { createWorld } from 'longshore/sim';

const service = createCloudService(baiduPcs, {
  scenario: {
    files: [{ path: '/apps/longshore/file.bin', size: 1_000_000 }],
    faults: [
      { on: 'download', nth: 1, wire: { type: 'reset', bytes: 400_000 } },
      { on: 'download', nth: 3, code: 31219 },
    ],
  },
});
const world = createWorld({ hosts: { 'https://d.pcs.baidu.com': service.handler } });
const query = 'method=download&path=/apps/longshore/file.bin&access_token=example-access-token';
const url = `https://d.pcs.baidu.com/rest/2.0/pcs/file?${query}`;
const one = world.download('/', { url, saveas: '/data/one.bin' });
await world.run(60_000);
const two = world.download('/', { url, saveas: '/data/two.bin' });
await world.run(60_000);
console.log(one.state, one.info.progress.processed, two.state, two.info.faults);
