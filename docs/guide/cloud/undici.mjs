import { baiduPcs, createCloudService } from 'longshore/cloud';
import { MockAgent, request, setGlobalDispatcher } from 'undici';

const origin = 'https://pcs.baidu.com';
const service = createCloudService(baiduPcs, {
  scenario: { files: [{ path: '/apps/longshore/hello.txt', text: 'hello, world' }] },
});
const agent = new MockAgent();
agent.disableNetConnect();
const everything = () => true;
for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'HEAD']) {
  agent.get(origin).intercept({ method, path: everything }).reply(answer).persist();
}
setGlobalDispatcher(agent);

/** MockAgent does not wait, so bodies must be texts or bytes. */
function answer({ method, path, headers, body }) {
  const response = service.handler({
    method,
    url: new URL(path, origin),
    headers: Object.fromEntries(new Headers(headers)),
    body: Buffer.from(body ?? ''),
  });
  return {
    statusCode: response.status,
    data: Buffer.from(response.body.bytesAt(0, response.body.size)),
    responseOptions: { headers: Object.fromEntries(response.headers) },
  };
}

const query = 'method=download&path=/apps/longshore/hello.txt&access_token=example-access-token';
const { statusCode, body } = await request(`${origin}/rest/2.0/pcs/file?${query}`, { headers: { range: 'bytes=0-4' } });
console.log(statusCode, await body.text());
