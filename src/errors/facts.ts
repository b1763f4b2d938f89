import type { CatalogueName, ErrorRow } from './catalogues.ts';
import type { Codes } from './codes.ts';

type Lists = { readonly [Service in CatalogueName]?: readonly Codes[Service][] };

/** COS prints two HTTP statuses with a dash that looks like a minus; −156 is a redirect. @source cloud-services.md 1.1 */
const noErrors: Lists = { 'tencent-ci': [-156], 'tencent-cos-v4': [0, -200, -206], 'baidu-pcs': [0] };

/** Made by client libraries themselves. @source cloud-services.md 4.4 */
const madeByClients: Lists = { 'tencent-cos-v4': [-1, -2, -3, -4] };

function isListed(lists: Lists, { service, code }: Pick<ErrorRow, 'service' | 'code'>): boolean {
  const list = Object.entries(lists).find(([name]) => name === service)?.[1];
  return list?.some((each) => each === code) === true;
}

/** False for the five rows that tell of success or of a redirect. */
export function isError(row: Pick<ErrorRow, 'service' | 'code'>): boolean {
  return !isListed(noErrors, row);
}

/**
 * Does a server send it? 530 rows do. Not those of HarmonyOS, which are raised on the device, nor the four that client
 * libraries of COS make up.
 */
export function travels(row: Pick<ErrorRow, 'service' | 'code'>): boolean {
  return row.service !== 'harmony' && !isListed(madeByClients, row);
}

const mark = 'placeholder: ';

/**
 * What is to be filled into the text of a template, in the words of the table; null for a text that is complete. A
 * server fills it, so a client matches on the code.
 */
export function holeOf({ note }: Pick<ErrorRow, 'note'>): string | null {
  return note?.startsWith(mark) === true ? note.slice(mark.length) : null;
}

/** Is `message` only the pattern of what travels? */
export function isTemplate(row: Pick<ErrorRow, 'note'>): boolean {
  return holeOf(row) !== null;
}

/** Is a text, or a part of it, Chinese? The descriptions of PCS and COS are. */
export function isChinese(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}
