/** Null is a folder. */
type Tree = Map<string, Uint8Array | null>;

/** A library as one would sketch it: a map of paths, a bin, and a capacity. Answers 0, or the code of what is wrong. */
export class StoreModel {
  tree: Tree = new Map();
  readonly #bin: { readonly path: string; readonly tree: Tree }[] = [];
  readonly #capacityBytes: number;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  put(path: string, bytes: Uint8Array): number {
    const before = this.tree.get(path);
    if (before === null) return 400653;
    if (!this.#hasRoom(bytes.length - (before?.length ?? 0))) return 40321;
    return this.#place(path, new Map([['', bytes]]));
  }

  makeFolder(path: string): number {
    const before = this.tree.get(path);
    if (before !== undefined) return before === null ? 400653 : 400650;
    return this.#place(path, new Map([['', null]]));
  }

  copy(from: string, to: string): number {
    if (!this.tree.has(from)) return 40402;
    const copied = this.#inside(from);
    if (!this.#hasRoom(sizeOf(copied))) return 403212;
    return this.#place(this.#free(to), copied);
  }

  move(from: string, to: string): number {
    if (!this.tree.has(from)) return 40402;
    if (to === from) return 0;
    if (to.startsWith(`${from}/`)) return 40013;
    const [target, moved] = [this.#free(to), this.#inside(from)];
    const before = new Map(this.tree);
    this.#take(from);
    const wrong = this.#place(target, moved);
    if (wrong !== 0) this.tree = before;
    return wrong;
  }

  remove(path: string, isForEver: boolean): number {
    if (!this.tree.has(path)) return 40402;
    if (!isForEver) this.#bin.unshift({ path, tree: this.#inside(path) });
    this.#take(path);
    return 0;
  }

  recover(path: string): number {
    if (this.tree.has(path)) return 400131;
    const at = this.#bin.findIndex((item) => item.path === path);
    const item = this.#bin[at];
    if (item === undefined) return 40402;
    const wrong = this.#place(path, item.tree);
    if (wrong === 0) this.#bin.splice(at, 1);
    return wrong;
  }

  empty(path: string): number {
    const kept = this.#bin.filter((item) => item.path !== path);
    if (kept.length === this.#bin.length) return 40402;
    this.#bin.splice(0, this.#bin.length, ...kept);
    return 0;
  }

  get size(): number {
    return sizeOf(this.tree);
  }

  get binSize(): number {
    return this.#bin.reduce((sum, item) => sum + sizeOf(item.tree), 0);
  }

  #hasRoom(bytes: number): boolean {
    return this.size + this.binSize + bytes <= this.#capacityBytes;
  }

  /** What is at a path and below it, by the rest of the path. */
  #inside(path: string): Tree {
    const found = [...this.tree].filter(([each]) => each === path || each.startsWith(`${path}/`));
    return new Map(found.map(([each, bytes]) => [each.slice(path.length), bytes]));
  }

  #take(path: string): void {
    for (const rest of this.#inside(path).keys()) this.tree.delete(path + rest);
  }

  #place(path: string, inside: Tree): number {
    const names = path.split('/');
    const above = names.slice(1).map((_, at) => names.slice(0, at + 1).join('/'));
    if (above.some((folder) => this.tree.get(folder) instanceof Uint8Array)) return 40402;
    for (const folder of above) this.tree.set(folder, null);
    for (const [rest, bytes] of inside) this.tree.set(path + rest, bytes);
    return 0;
  }

  #free(path: string): string {
    const [, stem = '', extension = ''] = /^(.*?[^/])(\.[^./]*)?$/.exec(path) ?? [];
    const names = [path, ...Array.from({ length: 100 }, (_, at) => `${stem}(${at + 1})${extension}`)];
    return names.find((name) => !this.tree.has(name)) ?? '';
  }
}

function sizeOf(tree: Tree): number {
  return [...tree.values()].reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
}
