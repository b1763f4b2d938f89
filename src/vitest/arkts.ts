import { type Token, tokensOf } from './tokens.ts';

export interface TypeScript {
  /** Plain TypeScript. Everything stands on the line where it stood. */
  readonly code: string;
  /** What was left out, with the line where it stood. */
  readonly notes: readonly string[];
}

/**
 * ArkTS as TypeScript: a `struct` becomes a class, bodies that describe user interface become empty, and decorators that the
 * file neither declares nor imports are the device's and go away.
 */
export function typeScriptOf(source: string): TypeScript {
  const tokens = tokensOf(source);
  const edits: Edit[] = [];
  const notes: string[] = [];
  const declared = declaredNames(tokens);
  const skip = (body: Range | null, what: string): void => {
    if (body === null || edits.some(({ start, end }) => start <= body.start && body.end <= end)) return;
    edits.push({ ...body, text: `{${newlines(source.slice(body.start, body.end))}}` });
    notes.push(`line ${lineOf(source, body.start)}: ${what} is user interface; its body is skipped`);
  };
  const erase = (range: Range) => edits.push({ ...range, text: newlines(source.slice(range.start, range.end)) });

  for (const [at, token] of tokens.entries()) {
    if (isStruct(tokens, at)) {
      edits.push({ start: token.start, end: token.end, text: 'class ' });
      skip(buildBody(tokens, at), `build() of ${tokens[at + 1]?.text}`);
    } else if (token.text === '@') {
      const decorator = decoratorAt(tokens, at);
      if (decorator === null) continue;
      if (builders.has(decorator.name)) skip(bodyAfter(tokens, decorator.last + 1), `@${decorator.name}`);
      if (!declared.has(decorator.name) || isOfStruct(tokens, decorator.last + 1))
        erase({ start: token.start, end: endOf(tokens, decorator.last) });
    } else if (isLazyImport(tokens, at)) {
      erase(token);
    }
  }
  return { code: applied(source, edits), notes };
}

/** What they decorate describes user interface. */
const builders = new Set(['Builder', 'LocalBuilder', 'Extend', 'AnimatableExtend', 'Styles']);

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Edit extends Range {
  readonly text: string;
}

function isStruct(tokens: readonly Token[], at: number): boolean {
  const [before, name, brace] = [tokens[at - 1], tokens[at + 1], tokens[at + 2]];
  return tokens[at]?.text === 'struct' && before?.text !== '.' && name?.kind === 'word' && brace?.text === '{';
}

/** Does a struct begin here, maybe after more decorators? All of them are the device's, whatever else has their names. */
function isOfStruct(tokens: readonly Token[], at: number): boolean {
  const text = tokens[at]?.text;
  if (text === 'export' || text === 'default') return isOfStruct(tokens, at + 1);
  const next = text === '@' ? decoratorAt(tokens, at) : null;
  return next === null ? isStruct(tokens, at) : isOfStruct(tokens, next.last + 1);
}

/** `lazy` in `import lazy { … }`. */
function isLazyImport(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.text === 'lazy' && tokens[at - 1]?.text === 'import' && tokens[at + 1]?.text === '{';
}

interface Decorator {
  readonly name: string;
  /** Index of its last token. */
  readonly last: number;
}

/** `@Name`, `@Name.member`, `@Name(…)`. */
function decoratorAt(tokens: readonly Token[], at: number): Decorator | null {
  const name = tokens[at + 1];
  if (name?.kind !== 'word') return null;
  let last = at + 1;
  while (tokens[last + 1]?.text === '.' && tokens[last + 2]?.kind === 'word') last += 2;
  if (tokens[last + 1]?.text === '(') last = closing(tokens, last + 1);
  return { name: name.text, last };
}

/** The body of the function or method that is declared from `at` on; null for what has none. */
function bodyAfter(tokens: readonly Token[], at: number): Range | null {
  for (let index = at; index < tokens.length; index++) {
    const text = tokens[index]?.text;
    if (text === ';' || text === '=' || text === '}') return null;
    if (text === '(') index = closing(tokens, index);
    if (text === '{') return rangeOf(tokens, index);
  }
  return null;
}

/** The body of `build()`, among the members of the struct at `struct`. */
function buildBody(tokens: readonly Token[], struct: number): Range | null {
  const end = closing(tokens, struct + 2);
  for (let index = struct + 3; index < end; index++) {
    const text = tokens[index]?.text;
    if (text === 'build' && tokens[index + 1]?.text === '(') return bodyAfter(tokens, index + 1);
    if (text === '(' || text === '{' || text === '[') index = closing(tokens, index);
  }
  return null;
}

const closers: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

/** Index of what closes the bracket at `at`; that of the last token when nothing does. */
function closing(tokens: readonly Token[], at: number): number {
  const opened: string[] = [];
  for (let index = at; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind !== 'mark') continue;
    const closer = closers[token.text];
    if (closer !== undefined) opened.push(closer);
    else if (token.text === opened.at(-1)) opened.pop();
    if (opened.length === 0) return index;
  }
  return tokens.length - 1;
}

/** Names that the file declares or imports, and some more: a decorator among them is its own. */
function declaredNames(tokens: readonly Token[]): Set<string> {
  const names = new Set<string>();
  const keywords = new Set(['function', 'const', 'let', 'var', 'class']);
  for (const [at, { text }] of tokens.entries()) {
    const next = tokens[at + 1];
    if (keywords.has(text) && next?.kind === 'word') names.add(next.text);
    if (text !== 'import') continue;
    for (let index = at + 1; index < tokens.length; index++) {
      const token = tokens[index];
      if (token === undefined || token.kind === 'string' || token.text === '(' || token.text === ';') break;
      if (token.kind === 'word') names.add(token.text);
    }
  }
  return names;
}

function rangeOf(tokens: readonly Token[], brace: number): Range | null {
  const start = tokens[brace]?.start;
  return start === undefined ? null : { start, end: endOf(tokens, closing(tokens, brace)) };
}

function endOf(tokens: readonly Token[], at: number): number {
  return tokens[at]?.end ?? 0;
}

/** The later of two edits that overlap lies within the other, and is gone with it. */
function applied(source: string, edits: readonly Edit[]): string {
  let code = '';
  let at = 0;
  for (const { start, end, text } of [...edits].sort((left, right) => left.start - right.start)) {
    if (start < at) continue;
    code += source.slice(at, start) + text;
    at = end;
  }
  return code + source.slice(at);
}

function newlines(text: string): string {
  return text.replace(/[^\n]/g, '');
}

function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
