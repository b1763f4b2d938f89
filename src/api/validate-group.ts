import type { GroupSpec } from '../engine/groups.ts';
import { fieldsOf, listOf, parameterError, requiredId, typed } from './fields.ts';
import type { Caller } from './validate.ts';
import { checkNotification } from './validate-agent.ts';

/** The argument of `createGroup`. @throws PARAMETER @source harmony-request.md 9.1 */
export function checkGroupConfig(config: unknown, caller: Caller): GroupSpec {
  const fields = fieldsOf(config, 'config', caller.rules, 'a GroupConfig');
  const given = fields.get('gauge');
  const gauge = given === undefined ? false : typed(given, 'boolean', 'config.gauge', 'true or false');
  return { gauge, notification: checkNotification(fields.get('notification'), caller, gauge) };
}

/** The arguments of `attachGroup`; members of the list that are no strings are skipped. @throws PARAMETER */
export function checkAttachment(args: readonly unknown[]): { readonly gid: string; readonly tids: readonly string[] } {
  if (args.length !== 2)
    throw parameterError('missing', 'wrong parameter count', args.length, 'a gid and a list of tids');
  const gid = checkGid(args);
  const tids = listOf(args[1], 'tids', 'a list of tids').filter((tid) => typeof tid === 'string');
  return { gid, tids };
}

/** @throws PARAMETER unless the first argument may be a gid. */
export function checkGid(args: readonly unknown[]): string {
  return requiredId(args[0], 'gid', 'the gid of a group');
}
