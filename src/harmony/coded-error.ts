/** An error of a module beside the request module, whose codes are no part of the request module's catalogue. */
export class CodedError extends Error {
  override readonly name = 'BusinessError';
  readonly code: number;
  /** What happened; `message` is the platform's text and nothing more. */
  readonly detail: string;

  constructor(code: number, message: string, options: { readonly detail: string; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
  }
}
