import { expect, it } from 'vitest';
import { Traffic } from '../../src/harmony/traffic.ts';
import type { TransferJob, TransferReport, Transport } from '../../src/ports/transport.ts';

/** Plays what a transport would report; tells what came through. */
function play(kind: TransferJob['kind'], reports: readonly TransferReport[]) {
  const traffic = new Traffic();
  const heard: TransferReport[] = [];
  const transport: Transport = {
    open(_, report) {
      for (const each of reports) report(each);
      return { setSpeed() {}, cancel() {} };
    },
    close: async () => {},
  };
  traffic.over(transport).open({ kind } as TransferJob, (report) => heard.push(report));
  return { traffic, heard };
}

const responded = (offset: number): TransferReport => ({
  type: 'responded',
  version: 'HTTP/1.1',
  status: 206,
  phrase: '',
  headers: new Map(),
  body: { offset, size: -1 },
});
const received = (index: number, bytes: number): TransferReport => ({ type: 'received', index, bytes });

it('does not count what was on disk before', () => {
  const { traffic, heard } = play('download', [responded(1_000_000), received(0, 1_001_460)]);

  expect(traffic.rxBytes).toBe(1_500);
  expect(heard).toHaveLength(2);
});

it('counts each file of an upload from its start', () => {
  const { traffic } = play('upload', [received(0, 1_000), received(0, 1_460), received(1, 1_460)]);

  expect(traffic.txBytes).toBe(2 * 1_460 + 3 * 40);
  expect(traffic.rxBytes).toBe(3 * 40);
});
