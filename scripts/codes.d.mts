/** The text of src/errors/codes.ts. */
export function codesSource(): string;
/** The text of src/errors/messages.ts. */
export function messagesSource(): string;
