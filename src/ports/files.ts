/** What is at a path. */
export type Look =
  | { readonly kind: 'file'; readonly bytes: number; readonly readable: boolean; readonly writable: boolean }
  | { readonly kind: 'directory' }
  | { readonly kind: 'missing' }
  /** Something in the way that is not a file, or that may not be looked at: a parent that is a file, a device, no permission. */
  | { readonly kind: 'blocked'; readonly detail: string };

/**
 * The disk. Paths are absolute, with `/`, without dot segments.
 * Calls that answer at once are those that `create` needs while its caller waits; bytes move through readers and writers.
 */
export interface Files {
  look(path: string): Look;

  /**
   * Where a path really leads once every symbolic link on its way is followed; the part that does not exist yet is
   * kept as it is. Used to hold paths inside an app's roots.
   * @throws FileTrouble (kind `io`) when links go round in circles.
   */
  realPath(path: string): string;

  /**
   * Opens the file for writing and closes it again, making it, and its missing parents, when there is none.
   * Bytes that are there stay there.
   * @returns created: whether the file is new.
   * @throws  FileTrouble; nothing was made then, except perhaps parents.
   */
  touch(path: string): { readonly created: boolean };

  /** Empties an existing file. @throws FileTrouble */
  truncate(path: string): void;

  /** Removes a file; a missing one is fine. @throws FileTrouble */
  unlink(path: string): void;

  /**
   * Opens an existing or new file for writing at `offset`; bytes after `offset` are dropped first. Makes no parents.
   * @throws FileTrouble (by rejection); kind `io` when the file has fewer bytes than `offset`: a hole is never made.
   */
  writer(path: string, offset: number): Promise<FileWriter>;

  /**
   * The bytes `from` to `to` (inclusive) of a file, in pieces of the adapter's choosing.
   * The file is opened by the first step of the iteration and closed by its end, also by an early one.
   *
   * @param to  `from` − 1 for no bytes; the file is opened all the same.
   * @throws    FileTrouble while iterating: missing, no permission, or shorter than `to` + 1 (kind `io`).
   */
  reader(path: string, from: number, to: number): AsyncIterable<Uint8Array>;
}

/**
 * Not safe for two callers at once: await each call before the next.
 * Trouble may be told by a later call than the one whose bytes met it, since bytes are buffered. Once told, it is told
 * by every later `write` and by the first `close`. What reached the file before it stays: a beginning of what was taken.
 */
export interface FileWriter {
  /**
   * Takes the bytes; the piece belongs to the writer from then on.
   * @returns nothing where they are taken at once. @throws FileTrouble (by rejection)
   */
  write(piece: Uint8Array): Promise<void> | undefined;
  /**
   * Writes out what is buffered, so that every byte taken is in the file, and closes it, also when it throws.
   * Closing twice does nothing. @throws FileTrouble (by rejection)
   */
  close(): Promise<void>;
}

export class FileTrouble extends Error {
  override readonly name = 'FileTrouble';
  /** space: disk or quota full. */
  readonly kind: 'missing' | 'directory' | 'permission' | 'space' | 'io';

  constructor(kind: FileTrouble['kind'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}
