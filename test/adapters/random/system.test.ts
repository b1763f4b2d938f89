import { expect, it } from 'vitest';
import { createSystemRandom } from '../../../src/adapters/random/system.ts';
import { randomContract, take } from '../../contracts/random.ts';

randomContract('the system random', () => createSystemRandom());

it('gives every system random a stream of its own', () => {
  expect(take(createSystemRandom(), 3)).not.toEqual(take(createSystemRandom(), 3));
});
