import { baiduPcs, createCloudService } from 'longshore/cloud';
import { http } from 'msw';
import { setupServer } from 'msw/node';

const service = createCloudService(baiduPcs, { scenario: { faults: [{ on: 'quota', nth: 2, code: 31023 }] } });
const server = setupServer(http.all('https://pcs.baidu.com/*', ({ request }) => service.fetch(request)));
server.listen({ onUnhandledRequest: 'error' });

// What follows knows nothing of longshore.
const address = 'https://pcs.baidu.com/rest/2.0/pcs/quota?method=info&access_token=example-access-token';
const first = await (await fetch(address)).json();
const second = await fetch(address);
console.log(first.quota, second.status, (await second.json()).error_code);
server.close();
