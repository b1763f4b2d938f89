import baiduPcs from './baidu-pcs.json' with { type: 'json' };
import type { Codes, Names, Sections } from './codes.ts';
import gokuai from './gokuai.json' with { type: 'json' };
import harmony from './harmony.json' with { type: 'json' };
import tencentCi from './tencent-ci.json' with { type: 'json' };
import tencentCosV4 from './tencent-cos-v4.json' with { type: 'json' };

export type CatalogueName = keyof Codes;

/** One row of a published error table, word for word. What the table leaves out is absent. */
export interface ErrorRow {
  readonly service: string;
  /** Heading under which the row stands; a code may stand under two. */
  readonly section: string;
  /** `Other` is the one that is no number. */
  readonly code: number | string;
  readonly name?: string;
  readonly httpStatus?: number;
  /** As it travels; a template where `note` says so: match on the code then. */
  readonly message?: string;
  readonly description?: string;
  readonly causes?: readonly string[];
  readonly action?: string;
  readonly resolution?: string | readonly string[];
  readonly note?: string;
}

/** The same, whose service, section, code and name are literals: `row.service` tells which codes there may be. */
export type Row<Service extends CatalogueName = CatalogueName> = Service extends CatalogueName
  ? Omit<ErrorRow, 'name'> & {
      readonly service: Service;
      readonly section: Sections[Service];
      readonly code: Codes[Service];
      readonly name?: Names[Service];
    } & (Service extends 'harmony' ? Required<Pick<ErrorRow, AlwaysThere>> : unknown)
  : never;

/** What no row of HarmonyOS leaves out. */
type AlwaysThere = 'message' | 'description' | 'causes' | 'resolution';

/** The published tables in the order of publication: 542 rows. @source errors/*.json */
export const catalogues: { readonly [Service in CatalogueName]: readonly Row<Service>[] } = {
  harmony: harmony as readonly Row<'harmony'>[],
  'tencent-ci': tencentCi as readonly Row<'tencent-ci'>[],
  gokuai: gokuai as readonly Row<'gokuai'>[],
  'tencent-cos-v4': tencentCosV4 as readonly Row<'tencent-cos-v4'>[],
  'baidu-pcs': baiduPcs as readonly Row<'baidu-pcs'>[],
};

export const catalogueNames = Object.keys(catalogues) as readonly CatalogueName[];
