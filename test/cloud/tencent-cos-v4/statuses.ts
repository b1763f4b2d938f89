import type { ErrorRow } from '../../../src/errors/catalogues.ts';

// Copied from the text of cloud-services.md 4.4, with its minus signs.
const statuses: Readonly<Record<number, string>> = {
  403: '−45062',
  404: '−197 −166 −144 −6101 −6992',
  413: '−285 −6996',
  503: '−300',
  504: '−152 −4025',
  500: `−9999 −99 −98 −89 −88 −87 −86 −85 −84 −83 −68 −67 −66 −199 −198 −196 −195 −194 −193 −190 −185 −184 −183 −181 −143 −298
    −297 −296 −295 −294 −293 −292 −291 −288 −287 −4000 −4001 −4003 −4004 −4005 −4006 −4007 −4008 −4010 −4011 −4012 −4017 −5997
    −5989 −5988 −5987 −5986 −5985 −5982 −5981 −5978 −5977 −6999 −6995 −6994 −6993 −6991`,
};

/** The status that a row travels with, as the specification has it. */
export function statusOf({ code, httpStatus }: ErrorRow): number {
  if (httpStatus !== undefined) return httpStatus;
  if (code === 0) return 200;
  const printed = String(code).replace('-', '−');
  const found = Object.entries(statuses).find(([, codes]) => codes.split(/\s+/).includes(printed));
  return found === undefined ? 400 : Number(found[0]);
}

/** Rows of the download hosts and the back end that are a status and nothing else. */
export function isBare({ httpStatus }: ErrorRow): boolean {
  return httpStatus !== undefined;
}
