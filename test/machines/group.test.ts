import { describe, expect, it } from 'vitest';
import { type GroupEvent, groupMachine } from '../../machines/group.ts';
import { play } from '../support/charts.ts';

const attach: GroupEvent = { type: 'attachGroup' };
const remove: GroupEvent = { type: 'deleteGroup' };

describe('a group', () => {
  it('takes tasks as often as it is asked to, and can be deleted', () => {
    const group = play(groupMachine);

    expect(group.send(attach, attach)).toEqual([
      { type: 'allowed', operation: 'attachGroup' },
      { type: 'allowed', operation: 'attachGroup' },
    ]);
    expect(group.send(remove)).toEqual([{ type: 'allowed', operation: 'deleteGroup' }]);
    expect(group.state).toBe('deleted');
  });

  it('that is deleted is not found any more: nothing is attached, and it is not deleted again', () => {
    const group = play(groupMachine);
    group.send(remove);

    expect(group.send(attach, remove)).toEqual([
      { type: 'refused', code: 21900008, operation: 'attachGroup', state: 'deleted' },
      { type: 'refused', code: 21900008, operation: 'deleteGroup', state: 'deleted' },
    ]);
    expect(group.state).toBe('deleted');
  });
});
