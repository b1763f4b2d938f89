import { readFileSync } from 'node:fs';
import { baiduPcs, createCloudService } from 'longshore/cloud';

const scenario = JSON.parse(readFileSync(new URL('scenario.json', import.meta.url), 'utf8'));
const service = createCloudService(baiduPcs, { scenario });

for (let n = 1; n <= 4; n++) {
  const query = 'method=download&path=/apps/longshore/hello.txt&access_token=example-access-token';
  const response = await service.fetch(`https://d.pcs.baidu.com/rest/2.0/pcs/file?${query}`);
  const text = await response.text();
  console.log(response.status, text.startsWith('{') ? JSON.parse(text).error_code : text);
}
