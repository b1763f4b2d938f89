import { describe, expect, it } from 'vitest';
import { type TransferEvent, transferMachine } from '../../machines/transfer.ts';
import type { FaultCause } from '../../machines/vocabulary.ts';
import { play } from '../support/charts.ts';

const open: TransferEvent = { type: 'open', index: 0 };
const close: TransferEvent = { type: 'close', interrupted: false };
const cancelled: TransferEvent = { type: 'cancelled' };
const delayEnded: TransferEvent = { type: 'delayEnded' };

function faulted(
  cause: FaultCause,
  { status = null, online = true }: { status?: number | null; online?: boolean } = {},
) {
  return { type: 'faulted', cause, status, online } as const;
}

function running(exchanges = 1) {
  const transfer = play(transferMachine, { exchanges });
  transfer.send(open);
  return transfer;
}

const opened = (index = 0) => ({ type: 'exchange.open', index });
const armed = { type: 'retry.arm', delayMs: 400 };

describe('a run', () => {
  it('opens an exchange with the file it is told, and succeeds with it', () => {
    const transfer = play(transferMachine, { exchanges: 5 });
    expect(transfer.send({ type: 'open', index: 4 })).toEqual([opened(4)]);
    expect(transfer.send({ type: 'finished' })).toEqual([{ type: 'task.succeeded' }]);
    expect(transfer.state).toBe('idle');
  });

  it('sends one file after the other', () => {
    const transfer = running(3);
    expect(transfer.send({ type: 'finished' })).toEqual([opened(1)]);
    expect(transfer.send({ type: 'finished' })).toEqual([opened(2)]);
    expect(transfer.send({ type: 'finished' })).toEqual([{ type: 'task.succeeded' }]);
  });
});

describe.each(['dns', 'tcp', 'ssl', 'other'] as const)('trouble of the kind %s', (cause) => {
  it('is tried again four times, 400 ms apart, then fails', () => {
    const transfer = running();
    for (let tries = 1; tries <= 4; tries += 1) {
      expect(transfer.send(faulted(cause))).toEqual([armed, { type: 'task.retrying' }]);
      expect(transfer.send(delayEnded)).toEqual([{ type: 'retry.disarm' }, { type: 'task.reconnected' }, opened()]);
    }
    expect(transfer.send(faulted(cause))).toEqual([{ type: 'task.faulted', reason: cause }]);
    expect(transfer.state).toBe('idle');
  });

  it('is not tried again without a link', () => {
    expect(running().send(faulted(cause, { online: false }))).toEqual([{ type: 'task.faulted', reason: cause }]);
  });
});

describe.each(['build', 'sizeUnknown', 'timeout', 'request', 'redirect', 'protocol', 'io', 'range', 'space'] as const)(
  'trouble of the kind %s',
  (cause) => {
    it('is never tried again', () => {
      expect(running().send(faulted(cause))).toEqual([{ type: 'task.faulted', reason: cause }]);
    });
  },
);

describe('the four tries', () => {
  it('are shared by all kinds of trouble, and by all files', () => {
    const transfer = running(2);
    for (const cause of ['dns', 'tcp', 'other'] as const) transfer.send(faulted(cause), delayEnded);
    transfer.send({ type: 'finished' });
    expect(transfer.send(faulted('ssl'))).toContainEqual(armed);
    transfer.send(delayEnded);
    expect(transfer.send(faulted('ssl'))).toEqual([{ type: 'task.faulted', reason: 'ssl' }]);
  });

  it('begin anew with each run', () => {
    const transfer = running();
    for (let tries = 0; tries < 4; tries += 1) transfer.send(faulted('tcp'), delayEnded);
    transfer.send(close, cancelled, open);
    expect(transfer.send(faulted('tcp'))).toContainEqual(armed);
  });
});

describe('an answer of 408', () => {
  const status408 = [{ type: 'responded', status: 408 }, faulted('protocol', { status: 408 })] as const;

  it('is asked again twice, at once, and fails the third time', () => {
    const transfer = running();
    expect(transfer.send(...status408)).toEqual([opened()]);
    expect(transfer.send(...status408)).toEqual([opened()]);
    expect(transfer.send(...status408)).toEqual([{ type: 'task.faulted', reason: 'protocol' }]);
  });

  it('is forgotten after any other answer', () => {
    const transfer = running();
    transfer.send(...status408, ...status408);
    transfer.send({ type: 'responded', status: 200 }, faulted('other'), delayEnded);
    expect(transfer.send(...status408)).toEqual([opened()]);
    expect(transfer.send(...status408)).toEqual([opened()]);
    expect(transfer.send(...status408)).toEqual([{ type: 'task.faulted', reason: 'protocol' }]);
  });

  it('takes none of the four tries', () => {
    const transfer = running();
    transfer.send(...status408, ...status408, { type: 'responded', status: 206 });
    for (let tries = 1; tries <= 4; tries += 1) transfer.send(faulted('tcp'), delayEnded);
    expect(transfer.state).toBe('exchanging');
  });

  it.each([300, 304, 400, 404, 416, 500, 503])('is no answer of %i, which fails at once', (status) => {
    const effects = running().send({ type: 'responded', status }, faulted('protocol', { status }));
    expect(effects).toEqual([{ type: 'task.faulted', reason: 'protocol' }]);
  });
});

describe('a run that is ended from outside', () => {
  it.each([true, false])('is over when the transport says so (interrupted %s)', (interrupted) => {
    const transfer = running();
    expect(transfer.send({ type: 'close', interrupted })).toEqual([{ type: 'exchange.cancel' }]);
    expect(transfer.state).toBe('cancelling');
    expect(transfer.send(cancelled)).toEqual([{ type: 'task.settled', interrupted }]);
    expect(transfer.state).toBe('idle');
  });

  it.each([cancelled, { type: 'finished' }, faulted('other')] as const)('takes $type for its last word', (last) => {
    expect(running(3).send(close, last)).toContainEqual({ type: 'task.settled', interrupted: false });
  });

  it.each([true, false])('between two tries is over at once (interrupted %s)', (interrupted) => {
    const transfer = running();
    transfer.send(faulted('tcp'));
    expect(transfer.send({ type: 'close', interrupted })).toEqual([
      { type: 'retry.disarm' },
      { type: 'task.settled', interrupted },
    ]);
    expect(transfer.state).toBe('idle');
  });

  it('and begun again has no second exchange before the first has ended', () => {
    const transfer = running();
    transfer.send(close);
    expect(transfer.send({ type: 'open', index: 2 })).toEqual([]);
    expect(transfer.state).toBe('reopening');
    expect(transfer.send(cancelled)).toEqual([opened(2)]);
  });

  it('and begun again, and ended again, is over', () => {
    const transfer = running();
    transfer.send(close, open);
    expect(transfer.send({ type: 'close', interrupted: true })).toEqual([]);
    expect(transfer.send(cancelled)).toEqual([{ type: 'task.settled', interrupted: true }]);
  });
});

describe('a link that changed', () => {
  it('rebuilds the socket with the same file', () => {
    const transfer = running(2);
    transfer.send({ type: 'finished' });
    expect(transfer.send({ type: 'reopen' })).toEqual([{ type: 'exchange.cancel' }]);
    expect(transfer.send(cancelled)).toEqual([opened(1)]);
  });

  it('ends the wait for the next try', () => {
    const transfer = running();
    transfer.send(faulted('tcp'));
    expect(transfer.send({ type: 'reopen' })).toEqual([
      { type: 'retry.disarm' },
      { type: 'task.reconnected' },
      opened(),
    ]);
  });
});

describe('time', () => {
  it.each([
    ['timedOut', 'timeout'],
    ['tooSlow', 'lowSpeed'],
  ] as const)('%s fails the run once its exchange has ended', (type, reason) => {
    const transfer = running();
    expect(transfer.send({ type })).toEqual([{ type: 'exchange.cancel' }]);
    expect(transfer.send(cancelled)).toEqual([{ type: 'task.faulted', reason }]);
    expect(transfer.state).toBe('idle');
  });

  it('runs out between two tries too', () => {
    const transfer = running();
    transfer.send(faulted('tcp'));
    expect(transfer.send({ type: 'timedOut' })).toEqual([
      { type: 'retry.disarm' },
      { type: 'task.faulted', reason: 'timeout' },
    ]);
  });

  it.each([true, false])('that ran out gives way to somebody who ends the run (interrupted %s)', (interrupted) => {
    const transfer = running();
    transfer.send({ type: 'timedOut' }, { type: 'close', interrupted });
    expect(transfer.send(cancelled)).toEqual([{ type: 'task.settled', interrupted }]);
  });

  it('runs out while the socket is rebuilt', () => {
    const transfer = running();
    transfer.send({ type: 'reopen' }, { type: 'timedOut' });
    expect(transfer.send(cancelled)).toEqual([{ type: 'task.faulted', reason: 'timeout' }]);
  });
});

it('in every state each letter leaves a run in a state that it can go on from', () => {
  const letters: readonly TransferEvent[] = [
    open,
    close,
    { type: 'reopen' },
    { type: 'responded', status: 200 },
    { type: 'finished' },
    faulted('tcp'),
    cancelled,
    delayEnded,
    { type: 'timedOut' },
    { type: 'tooSlow' },
  ];
  const waysTo: Readonly<Record<string, readonly TransferEvent[]>> = {
    idle: [],
    exchanging: [open],
    delaying: [open, faulted('tcp')],
    cancelling: [open, close],
    reopening: [open, { type: 'reopen' }],
    failing: [open, { type: 'timedOut' }],
  };
  for (const [state, way] of Object.entries(waysTo)) {
    for (const letter of letters) {
      const transfer = play(transferMachine, { exchanges: 1 });
      transfer.send(...way);
      expect(transfer.state).toBe(state);
      transfer.send(letter, close, cancelled);
      expect(transfer.state).toBe('idle');
    }
  }
});
