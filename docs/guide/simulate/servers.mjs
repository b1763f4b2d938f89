import { behave, changedEtag, createWorld, cutAfter, failing, noRanges, slowFirstByte } from 'longshore/sim';

const servers = {
  plain: [],
  'no ranges': [noRanges],
  'another ETag each time, and slow': [slowFirstByte(5_000), changedEtag],
};
for (const [name, personalities] of Object.entries(servers)) {
  const world = createWorld({ files: { '/a': 1_000 }, personalities, faults: [cutAfter(700)] });
  world.addFault(behave(failing(408), { times: 1 }));
  const task = world.download('/a');
  await world.run(60_000);
  console.log(`${name}: ${task.state}, requests from`, ...world.requests('/a').map(({ from }) => from));
}
