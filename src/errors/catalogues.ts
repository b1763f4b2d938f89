import baiduPcs from './baidu-pcs.json' with { type: 'json' };
import gokuai from './gokuai.json' with { type: 'json' };
import harmony from './harmony.json' with { type: 'json' };
import tencentCi from './tencent-ci.json' with { type: 'json' };
import tencentCosV4 from './tencent-cos-v4.json' with { type: 'json' };

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

/** The published tables in the order of publication. @source errors/*.json */
export const catalogues = {
  harmony,
  'tencent-ci': tencentCi,
  gokuai,
  'tencent-cos-v4': tencentCosV4,
  'baidu-pcs': baiduPcs,
} as const satisfies Readonly<Record<string, readonly ErrorRow[]>>;

export type CatalogueName = keyof typeof catalogues;
