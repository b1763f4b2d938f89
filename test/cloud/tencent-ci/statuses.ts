import type { ErrorRow } from '../../../src/errors/catalogues.ts';

const numbers = `
302 -156
400 -103 -104 -105 -106 -107 -166 -167 -168 -441 -442 -443 -447 -46152 -46154 -60998 -60997 -60996 -60987 -60983
400 -60972 -60967 -60957 -60955 -60950 -62999 -65007 -65010 -65011 -65012 -65013 -65014 -65015 -65016
403 -108 -110 -154 -162 -165 -5062 -46614 -46617 -46618 -46619 -46620 -46621 -46627 -46646 -46661 -60948 -60938
403 -60936 -60932
404 -109 -113 -163 -3006 -3008 -3011 -3015 -3075 -6101 -40168 -46628 -46642 -61011
416 -124 -29033 -29034
500 Other
502 -120
503 -164 -29214 -60949
504 -901 -902`;

const media = `
400 1010 1011 1015 1016 1017 1021 1109 1110 1111 1114 1120 1145
403 1012 1013 1014 1018 1019 1124
404 1103 1106 1107
409 1100 1112
500 1007
503 1020`;

const statuses = new Map(
  `${numbers}${media}`.split('\n').flatMap((line) => {
    const [status, ...codes] = line.split(' ');
    return codes.map((code) => [code, Number(status)] as const);
  }),
);

/** The status of a row, as the reference proposes it. @source cloud-services.md 2.4 */
export function statusOf({ code }: ErrorRow): number {
  return statuses.get(String(code)) ?? Number.NaN;
}

/** The XML `<Code>` beside it. */
export function wordOf(row: ErrorRow): string {
  if (row.name !== undefined) return row.name;
  if (row.code === -46618 || row.code === -60932) return 'SignatureDoesNotMatch';
  const words: Readonly<Record<number, string>> = {
    403: 'AccessDenied',
    404: 'NoSuchKey',
    416: 'InvalidRange',
    503: 'SlowDown',
    500: 'InternalError',
    502: 'InternalError',
    504: 'InternalError',
  };
  return words[statusOf(row)] ?? 'InvalidArgument';
}
