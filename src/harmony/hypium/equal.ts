/** Pairs that are being compared further up; a pair met again inside itself adds nothing. */
type Above = readonly (readonly [unknown, unknown])[];

/**
 * Deep equality as `assertDeepEquals` sees it: by class tag, then by content; +0 and −0 differ, NaN equals nothing.
 * @source neighbours.md 1.6
 */
export function deepEquals(left: unknown, right: unknown, above: Above = []): boolean {
  if (left === right) return left !== 0 || Object.is(left, right);
  if (!isObject(left) || !isObject(right)) return false;
  const tag = classTag(left);
  if (tag !== classTag(right) || tag === 'Function' || tag === 'AsyncFunction' || tag === 'Promise') return false;
  if (above.some(([l, r]) => l === left && r === right)) return true;
  const alike = (l: unknown, r: unknown) => deepEquals(l, r, [...above, [left, right]]);
  return contentEquals(left, right, alike) ?? fieldsEqual(left, right, alike);
}

/** `Date` for `[object Date]`. */
export function classTag(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

type Alike = (left: unknown, right: unknown) => boolean;

/** Undefined for objects whose content is their fields. */
function contentEquals(left: object, right: object, alike: Alike): boolean | undefined {
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime();
  if (left instanceof Boolean && right instanceof Boolean) return left.valueOf() === right.valueOf();
  if (left instanceof Number && right instanceof Number) return alike(left.valueOf(), right.valueOf());
  if (left instanceof String && right instanceof String) return left.valueOf() === right.valueOf();
  if (left instanceof RegExp && right instanceof RegExp) return patternOf(left) === patternOf(right);
  if (left instanceof Error && right instanceof Error) return left.message === right.message;
  if (left instanceof ArrayBuffer && right instanceof ArrayBuffer) return bytesEqual(left, right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => alike(item, right[index]));
  }
  if (left instanceof Set && right instanceof Set) {
    return left.size === right.size && [...left].every((item) => [...right].some((other) => alike(item, other)));
  }
  if (left instanceof Map && right instanceof Map) {
    return (
      left.size === right.size && [...left].every(([key, value]) => right.has(key) && alike(value, right.get(key)))
    );
  }
  return undefined;
}

function fieldsEqual(left: object, right: object, alike: Alike): boolean {
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && alike(Reflect.get(left, key), Reflect.get(right, key)))
  );
}

/** Only the flags that the comparison looks at. */
function patternOf({ source, global, ignoreCase, multiline }: RegExp): string {
  return JSON.stringify([source, global, ignoreCase, multiline]);
}

function bytesEqual(left: ArrayBuffer, right: ArrayBuffer): boolean {
  const [some, other] = [new Uint8Array(left), new Uint8Array(right)];
  return some.length === other.length && some.every((byte, index) => byte === other[index]);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
