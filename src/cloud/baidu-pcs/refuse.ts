import type { ErrorRow } from '../../errors/catalogues.ts';
import { refusals } from '../rows.ts';
import { Refusal } from '../service.ts';

/** How this service refuses: `throw refuse(31066)`. */
export const refuse = refusals('baidu-pcs');

/** Answers that were seen on the wire, but stand in no table. */
const seenRows = {
  expired: { code: 111, message: 'Access token expired', httpStatus: 200 },
  blockMiss: { code: 31363, message: 'block miss in superfile2', httpStatus: 403 },
} as const;

export function refuseAsSeen(row: keyof typeof seenRows): Refusal {
  const unpublished: ErrorRow = { service: 'baidu-pcs', section: 'seen', ...seenRows[row] };
  return new Refusal(unpublished);
}
