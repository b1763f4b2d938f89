import { describe, expect, it } from 'vitest';
import { admissionMachine, type Obstacle, orderOfRefusals } from '../../machines/admission.ts';
import { operations } from '../../machines/vocabulary.ts';
import { play } from '../support/charts.ts';

/** The codes of the obstacles, in the published order of each call. */
const published: Readonly<Record<(typeof operations)[number], readonly (readonly [Obstacle, number])[]>> = {
  create: [
    ['parametersWrong', 401],
    ['pathBad', 13400002],
    ['fileUnusable', 13400001],
    ['serviceDown', 13400003],
    ['notPermitted', 201],
    ['notForeground', 21900005],
    ['queueFull', 21900004],
    ['notCreatable', 13499999],
  ],
  start: own([
    ['serviceDown', 13400003],
    ['notPermitted', 201],
  ]),
  resume: own([
    ['serviceDown', 13400003],
    ['notPermitted', 201],
  ]),
  pause: own([
    ['serviceDown', 13400003],
    ['notPermitted', 201],
  ]),
  stop: own([['serviceDown', 13400003]]),
  remove: own([
    ['parametersWrong', 401],
    ['serviceDown', 13400003],
    ['notPermitted', 201],
  ]),
  setMaxSpeed: own([
    ['parametersWrong', 401],
    ['serviceDown', 13400003],
  ]),
  getTask: [...look(), ['wrongToken', 21900006]],
  show: [...look(), ['wrongToken', 21900006]],
  touch: [...look(), ['wrongToken', 21900006]],
  query: own([
    ['parametersWrong', 401],
    ['notSystemApp', 202],
    ['serviceDown', 13400003],
    ['notPermitted', 201],
  ]),
  search: [
    ['parametersWrong', 401],
    ['serviceDown', 13400003],
  ],
  on: [['parametersWrong', 401]],
  off: [['parametersWrong', 401]],
  createGroup: [
    ['parametersWrong', 401],
    ['serviceDown', 13400003],
  ],
  attachGroup: own([
    ['parametersWrong', 401],
    ['serviceDown', 13400003],
    ['unknownGroup', 21900008],
  ]),
  deleteGroup: [
    ['parametersWrong', 401],
    ['serviceDown', 13400003],
    ['unknownGroup', 21900008],
  ],
};

/** Whatever comes first, then the task must be there, its user here, and the caller its owner. */
function own(first: readonly (readonly [Obstacle, number])[]): readonly (readonly [Obstacle, number])[] {
  return [...first, ['unknownTask', 21900006], ['accountAway', 21900006], ['notOwner', 21900006]];
}

function look() {
  return own([
    ['parametersWrong', 401],
    ['serviceDown', 13400003],
  ]);
}

describe.each(operations)('the call of %s', (operation) => {
  const order = published[operation];

  it('is allowed when nothing is in the way', () => {
    expect(play(admissionMachine).send({ type: operation, facts: {} })).toEqual([{ type: 'allowed', operation }]);
  });

  it('minds no other obstacles than these, in this order', () => {
    expect(orderOfRefusals[operation]).toEqual(order.map(([obstacle]) => obstacle));
  });

  it.each(order)('is refused for %s with %i', (obstacle, code) => {
    const effects = play(admissionMachine).send({ type: operation, facts: { [obstacle]: true } });
    expect(effects).toEqual([{ type: 'refused', operation, state: 'open', code, obstacle }]);
  });

  const pairs = order.flatMap(([earlier, code], at) =>
    order.slice(at + 1).map(([later]) => [earlier, code, later] as const),
  );
  for (const [earlier, code, later] of pairs) {
    it(`is refused for ${earlier} before ${later}`, () => {
      const effects = play(admissionMachine).send({ type: operation, facts: { [later]: true, [earlier]: true } });
      expect(effects).toEqual([expect.objectContaining({ type: 'refused', code, obstacle: earlier })]);
    });
  }
});
