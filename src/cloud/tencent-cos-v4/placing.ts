import type { Draft } from 'immer';
import type { PlacedFile } from '../service.ts';
import { isLegalName, type Target, within } from './paths.ts';
import { bucketOf, firstBucket, type Settings } from './settings.ts';
import type { State } from './state.ts';
import { isBlocked, putFile } from './tree.ts';
import { newFile } from './upload.ts';

/** Takes `/appid/bucket/path`, and a path of the first bucket. */
export function place(state: Draft<State>, file: PlacedFile, settings: Settings, nowMs: number): string | null {
  const target = targetOf(file.path, settings);
  const { path } = target;
  if (path === '' || path.endsWith('/')) return 'a file has a name, and no slash at its end';
  if (!isLegalName(path, settings.limits.pathBytesMax)) return 'a name may not hold // . .. ? * : | \\ < > "';
  if (isBlocked(state, target)) return 'a folder has that name, or a file that of a folder above';
  putFile(state, target, newFile(file.blob, { nowMs }, ''));
  return null;
}

function targetOf(text: string, settings: Settings): Target {
  const [, appid = '', name = '', path = ''] = /^\/(\d+)\/([^/]+)\/(.*)$/s.exec(text) ?? [];
  const named = bucketOf(settings, appid, name);
  if (named !== undefined) return within({ version: 'v2', appid, bucket: named }, path);
  const { app, bucket } = firstBucket(settings);
  return within({ version: 'v2', appid: app.appid, bucket }, text.replace(/^\//, ''));
}
