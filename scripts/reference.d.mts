/** Path below docs/reference → text. */
export function reference(): Promise<Record<string, string>>;
