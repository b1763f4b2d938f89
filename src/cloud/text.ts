import type { CloudRequest, Pairs } from './service.ts';

/** Percent-decoded UTF-8; null for what cannot be decoded. */
export function decodePath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

/** The first value of a name; undefined for none. */
export function firstOf(pairs: Pairs, name: string): string | undefined {
  return pairs.find(([each]) => each === name)?.[1];
}

/** `+` is a space, what cannot be decoded stays as it is. */
export function decodeQuery(search: string): Pairs {
  return [...new URLSearchParams(search)];
}

/** Fields of a form, or nothing. */
export function fieldsOf({ body }: CloudRequest): Pairs {
  return body.type === 'form' ? body.fields : [];
}

/** JSON of a raw body; undefined where it is none. */
export function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
