import type { ErrorRow } from '../../errors/catalogues.ts';
import type { Settings } from './settings.ts';

/** What is not here travels with 400. @source cloud-services.md 4.4 */
const table: ReadonlyMap<number, readonly number[]> = new Map([
  [200, [0]],
  [403, [-45062]],
  [404, [-197, -166, -144, -6101, -6992]],
  [413, [-285, -6996]],
  [503, [-300]],
  [504, [-152, -4025]],
  [
    500,
    [
      -9999, -99, -98, -89, -88, -87, -86, -85, -84, -83, -68, -67, -66, -199, -198, -196, -195, -194, -193, -190, -185,
      -184, -183, -181, -143, -298, -297, -296, -295, -294, -293, -292, -291, -288, -287, -4000, -4001, -4003, -4004,
      -4005, -4006, -4007, -4008, -4010, -4011, -4012, -4017, -5997, -5989, -5988, -5987, -5986, -5985, -5982, -5981,
      -5978, -5977, -6999, -6995, -6994, -6993, -6991,
    ],
  ],
]);

const statuses = new Map([...table].flatMap(([status, codes]) => codes.map((code) => [code, status] as const)));

/** What the back end says to the front end, which usually translates it. */
const rawStatuses: ReadonlyMap<number | string, number> = new Map([
  [-197, 612],
  [-80, 631],
  [-82, 631],
  [-9999, 599],
]);

export function statusOf({ code, httpStatus }: ErrorRow, { options }: Settings): number {
  if (httpStatus !== undefined) return httpStatus;
  if (options.errorsAs200) return 200;
  const raw = options.rawBackendStatus ? rawStatuses.get(code) : undefined;
  return raw ?? statuses.get(Number(code)) ?? 400;
}
