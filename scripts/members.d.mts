export interface Member {
  readonly since?: number;
  readonly value?: number | string;
  readonly remark?: string;
  readonly missing?: string;
}
export interface Owner {
  readonly owner: string;
  readonly kind: 'constant' | 'enum' | 'functions' | 'interface' | 'object';
  readonly since: number;
  readonly members: Readonly<Record<string, Member>>;
}
export const owners: readonly Owner[];
