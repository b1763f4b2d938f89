import { BusinessError } from '../errors.ts';

/** Whatever it is on a device, here it answers a call, or `new`, with 801, and so does all that is in it. */
export interface Unsupported {
  (...args: readonly unknown[]): never;
  new (...args: readonly unknown[]): never;
  readonly [member: string]: Unsupported;
}

/** A module, or a member of one, that is not supported: importing it, and extending it, is harmless. */
export function unsupported(name: string): Unsupported {
  return withUnsupported(name, refusalOf(name)) as Unsupported;
}

/** The members that are supported; every other one throws 801 when it is called. */
export function withUnsupported<Members extends object>(module: string, members: Members): Members {
  return new Proxy(members, {
    get(target, name, receiver): unknown {
      if (typeof name === 'symbol' || name in target || !isMember(name)) return Reflect.get(target, name, receiver);
      return unsupported(`${module}.${name}`);
    },
  });
}

/** Throws 801. @throws UNSUPPORTED */
export function refuse(member: string): never {
  throw new BusinessError('UNSUPPORTED', { detail: `${member} is not supported off the device` });
}

/** What the language and its tools ask of every object, to see what it is. */
const askedOfAll = new Set(['then', 'toJSON', 'default', 'asymmetricMatch', 'nodeType', 'tagName']);

function isMember(name: string): boolean {
  return /^[A-Za-z]/.test(name) && !askedOfAll.has(name);
}

/** No arrow function: `new` must reach it too. */
function refusalOf(member: string): object {
  return function unsupported() {
    return refuse(member);
  };
}
