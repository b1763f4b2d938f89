import { describe, expect, it } from 'vitest';
import { type Fault, reasons, states } from '../../machines/vocabulary.ts';
import * as constants from '../../src/api/constants.ts';

describe('published numbers', () => {
  it('has the numbers of the declarations', () => {
    expect(constants.Action).toEqual({ DOWNLOAD: 0, UPLOAD: 1 });
    expect(constants.Mode).toEqual({ BACKGROUND: 0, FOREGROUND: 1 });
    expect(constants.Network).toEqual({ ANY: 0, WIFI: 1, CELLULAR: 2 });
    expect(Object.values(constants.State)).toEqual([0, 16, 32, 33, 48, 49, 64, 65, 80]);
    expect(Object.values(constants.Faults)).toEqual([255, 0, 16, 32, 48, 64, 80, 96, 112, 128, 144]);
    expect(Object.values(constants.WaitingReason)).toEqual([0, 1, 2, 3]);
    expect(constants.BroadcastEvent.COMPLETE).toBe('ohos.request.event.COMPLETE');
    expect([constants.VISIBILITY_COMPLETION, constants.VISIBILITY_PROGRESS]).toEqual([1, 2]);
    expect(Object.keys(constants.legacyConstants)).toHaveLength(30);
    expect(constants.legacyConstants.NETWORK_WIFI).toBe(65536);
    expect(constants.legacyConstants.ERROR_UNSUPPORTED_NETWORK_TYPE).toBe(10);
  });

  it('leads from each word to its number and back', () => {
    for (const word of states) expect(constants.stateWord(constants.stateNumbers[word])).toBe(word);
    for (const word of ['download', 'upload'] as const) {
      expect(constants.actionWord(constants.actionNumbers[word])).toBe(word);
    }
    for (const word of ['background', 'foreground', 'any'] as const) {
      expect(constants.modeWord(constants.modeNumbers[word])).toBe(word);
    }
    for (const word of ['any', 'wifi', 'cellular'] as const) {
      expect(constants.networkWord(constants.networkNumbers[word])).toBe(word);
    }
  });

  it('has a number for each reason to wait', () => {
    expect(constants.waitingReasonNumbers).toEqual({
      queueFull: 0,
      networkNotMatch: 1,
      appBackground: 2,
      userInactivated: 3,
    });
  });

  it.each([1, 0x61, -1, Number.NaN, '0', null, undefined])('knows no state %s', (number) => {
    expect(constants.stateWord(number)).toBeUndefined();
  });
});

describe('faultNumber', () => {
  it.each([
    ['param', 0x30],
    ['dns', 0x50],
    ['tcp', 0x60],
    ['ssl', 0x70],
    ['redirect', 0x80],
  ] as const)('tells %s from SDK 12 on, and OTHERS before', (fault, number) => {
    expect(constants.faultNumber(fault, 12)).toBe(number);
    expect(constants.faultNumber(fault, 11)).toBe(0xff);
  });

  it('tells the older faults to every app', () => {
    const older: readonly Fault[] = ['others', 'disconnected', 'timeout', 'protocol', 'fsio'];
    expect(older.map((fault) => constants.faultNumber(fault, 10))).toEqual([0xff, 0, 0x10, 0x20, 0x40]);
  });
});

describe('texts and legacy numbers of reasons', () => {
  it.each([
    ['default', 'Task successful', ''],
    ['space', 'Insufficient space error', 'Insufficient space'],
    ['offline', 'NetWork is offline', 'NetWork is offline'],
    ['other', 'Some other error occured', 'Some other error occured'],
  ] as const)('says of %s to clients "%s", and in a TaskState "%s"', (reason, client, service) => {
    expect(constants.reasonText(reason, 'client')).toBe(client);
    expect(constants.reasonText(reason, 'service')).toBe(service);
  });

  it('tells failures of a legacy download by ERROR_*', () => {
    const told = (Object.keys(reasons) as (keyof typeof reasons)[]).map(
      (reason) => [reasons[reason].code, constants.failedReason(reason, 'device')] as const,
    );

    expect(told.filter(([, number]) => number !== 8)).toEqual([
      [0, 2],
      [7, 9],
      [8, 10],
      [16, 6],
      [18, 3],
      [26, 5],
    ]);
  });

  it('takes reason 0 for an unknown error by the book', () => {
    expect(constants.failedReason('default', 'documented')).toBe(8);
  });

  it('shows a waiting legacy download as paused', () => {
    expect(states.map((state) => constants.sessionStatuses[state])).toEqual([2, 3, 1, 1, 3, 4, 0, 4, 4]);
  });

  it.each([
    ['waiting', 'offline', 1],
    ['waiting', 'unsuitable', 1],
    ['waiting', 'queued', undefined],
    ['paused', 'user', 3],
    ['failed', 'offline', undefined],
  ] as const)('gives %s for %s the paused reason %s', (state, reason, number) => {
    expect(constants.pausedReason(state, reason)).toBe(number);
  });
});
