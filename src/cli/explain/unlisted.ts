import { type ErrorName, errorCodes } from '../../../machines/vocabulary.ts';
import { legacyConstants } from '../../api/constants.ts';
import type { ErrorRow } from '../../errors/index.ts';
import { BusinessError } from '../../errors.ts';

/** A code of the platform that its published table does not hold. What is said of it is longshore's, but for the message. */
export interface UnlistedRow extends ErrorRow {
  readonly service: 'harmony';
  readonly section: typeof section;
  readonly code: number;
}

const section = 'not in the catalogue';

type Known = Pick<ErrorRow, 'causes' | 'resolution'>;

/** @source harmony-request.md 1.1 */
const known: { readonly [Name in ErrorName]?: Known } = {
  PERMISSION: {
    causes: ['The app lacks the permission that the call needs.'],
    resolution: 'Declare ohos.permission.INTERNET, or a session manager permission where tasks of others are meant.',
  },
  SYSTEM_API: {
    causes: ['An app that is no system app calls what is for system apps.'],
    resolution: 'Leave the call out; show() and touch() tell of the tasks of an app.',
  },
  PARAMETER: {
    causes: ['An argument is missing, or its type or value is wrong.'],
    resolution: 'Mend the argument; the detail of the error, which longshore adds, names it and says what is legal.',
  },
  UNSUPPORTED: {
    causes: ['A member of a module is called that is not supported off the device.'],
    resolution: 'Test that part on a device; the detail of the error, which longshore adds, names the member.',
  },
  GROUP_NOT_FOUND: {
    causes: ['The app has no group of that id, or has deleted it.'],
    resolution: 'Create a group with createGroup(), and attach tasks to it before it is deleted.',
  },
};

export const unlistedRows: readonly UnlistedRow[] = (Object.keys(known) as ErrorName[]).map(rowOf);

export function isUnlisted(row: ErrorRow): row is UnlistedRow {
  return row.section === section;
}

function rowOf(word: ErrorName): UnlistedRow {
  const code = errorCodes[word];
  const [name] =
    Object.entries(legacyConstants).find(([key, value]) => key.startsWith('EXCEPTION_') && value === code) ?? [];
  const { message } = new BusinessError(word, { detail: '' });
  return { service: 'harmony', section, code, ...(name === undefined ? {} : { name }), message, ...known[word] };
}
