export { type CatalogueName, catalogueNames, catalogues, type ErrorRow, type Row } from './catalogues.ts';
export type * from './codes.ts';
export { type Meaning, meaningOf } from './english.ts';
export { holeOf, isChinese, isError, isTemplate, travels } from './facts.ts';
export { lookUp, type Wanted } from './look-up.ts';
export { type Remedy, type RemedyKind, remedyOf } from './remedies.ts';
