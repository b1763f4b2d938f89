import { serveCloud } from 'longshore/cloud/http';

const server = await serveCloud('baidu-pcs', {
  scenario: {
    files: [{ path: '/apps/longshore/file.bin', size: 1_000_000 }],
    faults: [{ on: 'download', nth: 1, wire: { type: 'reset', bytes: 400_000 } }],
  },
});
const query = 'method=download&path=/apps/longshore/file.bin&access_token=example-access-token';
for (let attempt = 1; attempt <= 2; attempt++) {
  const response = await fetch(`${server.url}/rest/2.0/pcs/file?${query}`);
  const body = await response.arrayBuffer().catch(() => null);
  console.log(attempt, response.status, body === null ? 'broken' : body.byteLength);
}
await server.close();
