/** Cookies of one chain of redirects, by the host that has set them. */
export class Cookies {
  readonly #hosts = new Map<string, Map<string, string>>();

  /** @param lines  values of the header `set-cookie`; of each, the name and the value are kept. */
  keep(host: string, lines: readonly string[]): void {
    const cookies = this.#hosts.get(host) ?? new Map<string, string>();
    for (const line of lines) {
      const [, name, value] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value.trim());
    }
    this.#hosts.set(host, cookies);
  }

  /** Values of the header `cookie`, one for each. */
  of(host: string): readonly string[] {
    return [...(this.#hosts.get(host) ?? [])].map(([name, value]) => `${name}=${value}`);
  }
}
