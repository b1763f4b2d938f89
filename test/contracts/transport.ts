import { afterEach, describe } from 'vitest';
import { directory, type OpenWorld, type TransportWorld, type WorldOptions } from '../support/transport-world.ts';
import { answerContract } from './transport-answers.ts';
import { downloadContract } from './transport-downloads.ts';
import { flowContract } from './transport-flow.ts';

/** The promises of the transport port, for one adapter. */
export function transportContract(name: string, openWorld: OpenWorld): void {
  describe(`${name} keeps the promises of a transport`, () => {
    const worlds: TransportWorld[] = [];
    const open = async (options: WorldOptions = {}) => {
      const world = await openWorld(options);
      worlds.push(world);
      world.files.makeDirectory(directory);
      return world;
    };
    afterEach(async () => {
      await Promise.all(worlds.splice(0).map((world) => world.close()));
    });

    downloadContract(open);
    answerContract(open);
    flowContract(open);
  });
}
