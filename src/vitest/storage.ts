/** The app-wide store of the UI framework, as far as code without a user interface touches it. */
export class Storage {
  readonly #values = new Map<string, unknown>();

  get(name: string): unknown {
    return this.#values.get(name);
  }

  /** @returns was there such a name? */
  set(name: string, value: unknown): boolean {
    if (!this.#values.has(name)) return false;
    this.#values.set(name, value);
    return true;
  }

  setOrCreate(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  delete(name: string): boolean {
    return this.#values.delete(name);
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  size(): number {
    return this.#values.size;
  }

  clear(): boolean {
    this.#values.clear();
    return true;
  }

  // The same under the names of older releases.
  readonly Get = this.get;
  readonly Set = this.set;
  readonly SetOrCreate = this.setOrCreate;
  readonly Has = this.has;
  readonly Delete = this.delete;
  readonly Keys = this.keys;
  readonly Size = this.size;
  readonly Clear = this.clear;
}
