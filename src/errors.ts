import { type ErrorCode, type ErrorName, errorCodes } from '../machines/vocabulary.ts';
import { harmonyMessages } from './errors/messages.ts';

const messages: Readonly<Record<ErrorCode, string>> = {
  ...harmonyMessages,
  // The catalogue does not hold these; their texts are the platform's. @source harmony-request.md 1.1
  [errorCodes.PERMISSION]: 'The permissions check fails',
  [errorCodes.SYSTEM_API]: 'Permission verification failed. A non-system application calls a system API.',
  [errorCodes.PARAMETER]: 'The parameters check fails',
  [errorCodes.UNSUPPORTED]: 'Call unsupported api',
  [errorCodes.GROUP_NOT_FOUND]: 'Group deleted or not found.',
};

/**
 * A call was wrong, or could not be carried out.
 *
 * `code`: the published number. `message`: exactly the published text, never more; match on `code`, texts differ between
 * versions of the platform. `detail`: what happened, in which state, what is legal now and the shortest way out.
 * @source harmony-request.md 1.1, 1.7
 */
export class BusinessError extends Error {
  override readonly name = 'BusinessError';
  /** One of the catalogue's; declared as on a device, where apps compare it with the codes of other modules, too. */
  code: number;
  readonly detail: string;

  /** @param options  text: the published one, where a module words a code in its own way. */
  constructor(name: ErrorName, options: { readonly detail: string; readonly cause?: unknown; readonly text?: string }) {
    const code = errorCodes[name];
    super(options.text ?? messages[code], options);
    this.code = code;
    this.detail = options.detail;
  }
}

const namesByCode = new Map<ErrorCode, ErrorName>(
  (Object.keys(errorCodes) as ErrorName[]).map((name) => [errorCodes[name], name]),
);

/** The word for a code that a chart refused with. */
export function errorName(code: ErrorCode): ErrorName {
  return namesByCode.get(code) ?? unreachable(`no error has the code ${code}`);
}

/** A bug of ours: says what was thought impossible, and stops. */
export function unreachable(what: string): never {
  throw new Error(`longshore has a bug: ${what}`);
}

/** A bug of ours: a case that no `switch` has. */
export function unexpected(what: never): never {
  return unreachable(`nobody expects ${JSON.stringify(what)}`);
}
