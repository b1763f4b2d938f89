/** Path below docs/reference → text. */
export function reference(): Record<string, string>;
