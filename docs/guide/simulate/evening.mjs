import { createWorld } from 'longshore/sim';

const world = createWorld({
  seed: 7,
  files: { '/film': 50_000_000 },
  wire: { bytesPerSecond: 1_000_000, loss: 0.001 },
});
const film = world.download('/film', { network: 1, mode: 0 });
const tell = (what) => console.log(new Date(world.clock.now()).toISOString(), film.state, what);

await world.run(20_000);
tell('at home');
world.setNetwork('cellular');
await world.run(30 * 60_000);
tell('on the way');
world.restart();
world.setNetwork('wifi');
await world.run(60 * 60_000);
tell('after a crash of the service, and at home again');
console.log(world.requests('/film').length, 'requests');
