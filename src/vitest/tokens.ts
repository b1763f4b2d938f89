/** A piece of source that is neither blank nor comment. Templates and strings are one piece, whatever they hold. */
export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'template' | 'regex' | 'mark';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Splits TypeScript or ArkTS source. What it does not understand becomes a mark of one character: it never throws. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const end = blankEnd(source, at);
    if (end > at) {
      at = end;
      continue;
    }
    const token = tokenAt(source, at, tokens.at(-1));
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

const word = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const number = /(?:0[xXbBoO][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?)/y;
const regex = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;

function tokenAt(source: string, start: number, before: Token | undefined): Token {
  const first = source.charAt(start);
  const take = (kind: Token['kind'], end: number): Token => ({ kind, text: source.slice(start, end), start, end });
  if (first === '"' || first === "'") return take('string', stringEnd(source, start));
  if (first === '`') return take('template', templateEnd(source, start));
  const match = (pattern: RegExp) => {
    pattern.lastIndex = start;
    return pattern.test(source) ? pattern.lastIndex : null;
  };
  const wordEnd = match(word);
  if (wordEnd !== null) return take('word', wordEnd);
  const numberEnd = match(number);
  if (numberEnd !== null) return take('number', numberEnd);
  const regexEnd = first === '/' && mayStartRegex(before) ? match(regex) : null;
  if (regexEnd !== null) return take('regex', regexEnd);
  return take('mark', start + 1);
}

const expectsValue = new Set(
  'return typeof case in of do else delete void throw new instanceof await yield extends default'.split(' '),
);

/** After a value a slash divides. */
function mayStartRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'word') return expectsValue.has(before.text);
  return before.kind === 'mark' && before.text !== ')' && before.text !== ']' && before.text !== '}';
}

function blankEnd(source: string, start: number): number {
  if (/\s|\ufeff/.test(source.charAt(start))) return start + 1;
  if (source.startsWith('//', start) || (start === 0 && source.startsWith('#!')))
    return orEnd(source, source.indexOf('\n', start));
  if (source.startsWith('/*', start)) {
    const end = source.indexOf('*/', start + 2);
    return end < 0 ? source.length : end + 2;
  }
  return start;
}

function stringEnd(source: string, start: number): number {
  const quote = source.charAt(start);
  for (let at = start + 1; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\\') at++;
    else if (character === quote) return at + 1;
    else if (character === '\n') return at;
  }
  return source.length;
}

function templateEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\\') at++;
    else if (character === '`') return at + 1;
    else if (source.startsWith('${', at)) at = holeEnd(source, at + 2) - 1;
  }
  return source.length;
}

/** @param start  after the `${`. @returns after its `}`. */
function holeEnd(source: string, start: number): number {
  let depth = 1;
  let before: Token | undefined;
  for (let at = start; at < source.length; ) {
    const end = blankEnd(source, at);
    if (end > at) {
      at = end;
      continue;
    }
    before = tokenAt(source, at, before);
    at = before.end;
    if (before.text === '{') depth++;
    if (before.text === '}' && --depth === 0) return at;
  }
  return source.length;
}

function orEnd(source: string, at: number): number {
  return at < 0 ? source.length : at;
}
