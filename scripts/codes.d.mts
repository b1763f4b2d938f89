/** The text of src/errors/codes.ts. */
export function codesSource(): string;
