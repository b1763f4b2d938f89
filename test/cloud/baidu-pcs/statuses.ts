import type { ErrorRow } from '../../../src/errors/catalogues.ts';

/** Transcribed from the published table and the conditions, apart from the catalogue. */
const codesOf: Readonly<Record<number, readonly number[]>> = {
  200: [0],
  400: [3, 31023, 31024, 31061, 31062, 31063, 31065, 31111, 31112, 31201, 31203, 31204, 31205, 31207, 31208],
  401: [110],
  403: [4, 5, 31041, 31042, 31043, 31044, 31045, 31046, 31064, 31066, 31110, 31113, 31114, 31211, 31218, 31219, 31220],
  404: [31079, 31202, 31206],
  500: [31209, 31298, 31299],
  501: [31210],
  503: [
    31001, 31002, 31003, 31021, 31022, 31025, 31067, 31068, 31069, 31070, 31071, 31072, 31073, 31081, 31082, 31083,
    31101, 31102, 31103, 31141, 31212, 31213, 31214, 31215, 31216, 31217,
  ],
};

const statuses = new Map(
  Object.entries(codesOf).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)] as const)),
);

export function statusOf({ code }: Pick<ErrorRow, 'code'>): number {
  const status = statuses.get(Number(code));
  if (status === undefined) throw new Error(`no status is known for ${code}`);
  return status;
}
