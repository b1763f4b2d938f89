import { rule } from '../../machines/rules.ts';
import type { Api, Mode, TaskSpec, UploadFile } from '../../machines/vocabulary.ts';
import { rangeOf } from '../engine/jobs.ts';
import { BusinessError } from '../errors.ts';
import type { Look } from '../ports/files.ts';
import { parameterError } from './fields.ts';
import { lastSegment, lies, type PathTrouble, pathError, resolvePath } from './paths.ts';
import type { Caller } from './validate.ts';

/** Whose paths are checked, and by which rules. */
export interface DiskCall extends Pick<Caller, 'rules' | 'place' | 'files'> {
  readonly api: Api;
  readonly mode: Mode;
}

/** A file of an upload before its path is known; empty members get their defaults. */
export interface FileDraft {
  readonly name: string;
  readonly path: string;
  readonly filename: string;
  readonly contentType: string;
}

/**
 * Where a download goes. Looks, and changes nothing: `claimTarget` does.
 * @param where      the field, for details.
 * @param overwrite  may an existing file be replaced?
 * @returns          the absolute path on disk.
 * @throws           PARAMETER, FILE_IO, FILE_PATH
 * @source           harmony-request.md 1.6
 */
export function checkTarget(call: DiskCall, where: string, input: string, overwrite: boolean): string {
  const refuse = refuser(call, where, input);
  const located = resolvePath(input, call.place, call.files);
  if (located.kind === 'user') throw userFileError(call, where, input) ?? overwriteError(where, overwrite);
  if (located.kind === 'bad') {
    throw refuse(located.trouble === 'unreachable' ? 'unusable' : located.trouble, located.why);
  }
  const look = call.files.look(located.path);
  if (look.kind === 'directory' || look.kind === 'blocked') throw refuse('unusable', described(look));
  if (look.kind === 'file' && !overwrite) throw refuse('exists', 'exists already and may not be overwritten');
  if (look.kind === 'file' && !look.writable) throw refuse('unusable', 'cannot be written');
  return located.path;
}

/**
 * The files of an upload, and the bytes to send of each. Arguments are judged for all files before the disk is for any.
 * @param range  cuts the file at its index.
 * @throws PARAMETER, FILE_IO, FILE_PATH
 * @source harmony-request.md 1.5, 1.6, 8.2
 */
export function checkUploads(
  call: DiskCall,
  where: string,
  drafts: readonly FileDraft[],
  range: Pick<TaskSpec, 'index' | 'begins' | 'ends'>,
): { readonly files: readonly UploadFile[]; readonly sizes: readonly number[] } {
  const judged = drafts.map((draft) => judge(call, where, draft));
  for (const { error } of judged) if (error !== null && error.code === 401) throw error;
  for (const { error } of judged) if (error !== null) throw error;
  const sizes = judged.map(({ bytes }, at) => {
    const { from, to } = rangeOf(range, at, bytes);
    return to - from + 1;
  });
  return { files: judged.map(({ draft, path }) => finished(draft, path)), sizes };
}

interface Judged {
  readonly draft: FileDraft;
  readonly path: string;
  readonly bytes: number;
  readonly error: BusinessError | null;
}

function judge(call: DiskCall, where: string, draft: FileDraft): Judged {
  const refuse = refuser(call, where, draft.path);
  const broken = (error: BusinessError): Judged => ({ draft, path: '', bytes: 0, error });
  const located = resolvePath(draft.path, call.place, call.files);
  if (located.kind === 'user') return broken(userFileError(call, where, draft.path) ?? unsupportedError(where));
  if (call.api === 'legacy' && !isLegacyUpload(draft.path, call)) {
    return broken(refuse('malformed', 'is not an internal://cache/ path in an existing directory'));
  }
  if (located.kind === 'bad') {
    return broken(refuse(located.trouble === 'unreachable' ? 'unreadable' : located.trouble, located.why));
  }
  const look = call.files.look(located.path);
  if (look.kind !== 'file') return broken(refuse(look.kind === 'missing' ? 'missing' : 'unreadable', described(look)));
  if (!look.readable) return broken(refuse('unreadable', 'may not be read'));
  return { draft, path: located.path, bytes: look.bytes, error: null };
}

/** The rule `uploadParentFirst` wants its directory to exist, and to be reached without links below its root. */
function isLegacyUpload(input: string, { rules, place, files }: DiskCall): boolean {
  if (!input.startsWith('internal://cache/')) return false;
  if (!rule(rules, 'uploadParentFirst')) return true;
  const parent = resolvePath(input.slice(0, input.lastIndexOf('/')), place, files);
  if (parent.kind !== 'file' || files.look(parent.path).kind !== 'directory') return false;
  const root = place.roots.map((each) => place.disk + each).find((each) => lies(parent.path, each));
  return root !== undefined && files.realPath(parent.path) === files.realPath(root) + parent.path.slice(root.length);
}

function finished(draft: FileDraft, path: string): UploadFile {
  const filename = draft.filename === '' ? lastSegment(path) : draft.filename;
  const dot = filename.lastIndexOf('.');
  const contentType = draft.contentType === '' && dot >= 0 ? filename.slice(dot + 1) : draft.contentType;
  return { name: draft.name === '' ? 'file' : draft.name, path, filename, contentType };
}

function described(look: Exclude<Look, { kind: 'file' }>): string {
  if (look.kind === 'missing') return 'does not exist';
  return look.kind === 'directory' ? 'is a directory' : `cannot be opened (${look.detail})`;
}

function refuser(call: DiskCall, where: string, got: string): (trouble: PathTrouble, why: string) => BusinessError {
  return (trouble, why) => pathError(trouble, { api: call.api, rules: call.rules, where, why, got });
}

function userFileError({ api, mode }: DiskCall, where: string, got: string): BusinessError | null {
  if (api === 'legacy') return parameterError('verification', `${where} is a user file`, got, 'request.agent only');
  if (mode === 'foreground') return null;
  return parameterError('verification', `${where} is a user file`, got, 'user files in mode FOREGROUND only');
}

function overwriteError(where: string, overwrite: boolean): BusinessError {
  if (overwrite) return unsupportedError(where);
  return parameterError('verification', `${where} is a user file`, overwrite, 'overwrite true for a user file');
}

/** The descriptor of a user file comes from a device's file picker; here there is none to open. */
function unsupportedError(where: string): BusinessError {
  return new BusinessError('FILE_IO', {
    detail: `${where} is a user file, which only a device can open; legal: a file under the app base dir`,
  });
}
