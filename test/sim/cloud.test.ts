import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { createCloudService, loadService, serviceNames } from '../../src/cloud/index.ts';
import { createWorld, failing, slowFirstByte, withPersonalities } from '../../src/sim/index.ts';

const origins = serviceNames.map((name) => `https://${name}.example`);

it('the four cloud services are hosts of one world, with personalities like any other server', async () => {
  const services = await Promise.all(serviceNames.map(async (name) => createCloudService(await loadService(name))));
  const asked: string[] = [];
  const hosts = services.map(({ handler }, at) => [
    origins[at],
    withPersonalities(handler, [
      (request, serve) => {
        const response = serve(request);
        asked.push(`${request.url.host} ${response.status}`);
        return response;
      },
      slowFirstByte(at * 1_000),
    ]),
  ]);
  const world = createWorld({ hosts: Object.fromEntries(hosts) });

  for (const origin of origins) world.download(`/${origin.length}`, { url: `${origin}/no-such-thing`, retry: false });
  await world.run(10_000);

  expect(asked).toHaveLength(4);
  expect(asked.map((line) => line.split(' ')[0]).sort()).toEqual(origins.map((origin) => new URL(origin).host).sort());
  expect(asked.every((line) => / 4\d\d$/.test(line))).toBe(true);
});

it('a cloud service may be down like any other server', async () => {
  const { handler } = createCloudService(await loadService('baidu-pcs'));
  const world = createWorld({ hosts: { 'https://pcs.example': withPersonalities(handler, [failing(404)]) } });
  const task = world.download('/a', { url: 'https://pcs.example/a' });

  await world.run(60_000);

  expect(task.state).toBe('failed');
});

it('whoever simulates without a cloud service carries none', async () => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, '../../src/sim/index.ts')],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    conditions: ['browser'],
  });

  expect(Object.keys(metafile.inputs).filter((name) => name.includes('src/cloud/'))).toEqual([]);
});
