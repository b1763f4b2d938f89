/** Runs before each test file: a device of its own, and what its code finds without an import. */
import { relative } from 'node:path';
import { afterAll, expect, inject } from 'vitest';
import { configureDevice } from '../harmony/device.ts';
import { startHypium } from '../harmony/hypium/start.ts';
import { putAmbient } from './ambient.ts';
import { manifestOf } from './manifest.ts';
import { replayCommand } from './replay.ts';

const { options, directory, isReported } = inject('longshore');
const { parameters = {}, ...deviceOptions } = options;

const device = configureDevice({ ...manifestOf(expect.getState().testPath ?? ''), ...deviceOptions });
putAmbient(device);
startHypium({
  parameters,
  replay: (file, place) => replayCommand(relative(directory, file), place, options),
  isReported,
});
afterAll(() => device.close());
