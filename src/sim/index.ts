/** The simulated world: virtual time, a disk in memory, a modelled internet. Runs in browsers too. */
export { createSimulatedClock, type SimulatedClock } from '../adapters/clock/simulated.ts';
export { createMemoryFiles, type MemoryFiles } from '../adapters/files/memory.ts';
export { createSeededRandom } from '../adapters/random/seeded.ts';
export { type CommitStep, createMemoryStore, type MemoryStore } from '../adapters/store/memory.ts';
export { createFileServer, type FileServer, type FileServerOptions } from '../adapters/transport/file-server.ts';
export {
  createInternet,
  type Handler,
  type Internet,
  type Meeting,
  type ServerRequest,
  type ServerResponse,
  type Wire,
  type WireOption,
} from '../adapters/transport/internet.ts';
export { createSimulatedTransport } from '../adapters/transport/simulated.ts';
export { digestOf } from './digest.ts';
export * from './faults.ts';
export { type NetworkName, networks } from './networks.ts';
export * from './personalities.ts';
export { PowerCut } from './process.ts';
export { createTrace, type Trace } from './trace.ts';
export { createWorld, serverOrigin, type World, type WorldDownload, type WorldOptions } from './world.ts';
