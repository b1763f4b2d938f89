import { type Token, tokensOf } from './tokens.ts';

/**
 * A stand-in for a module that nothing is known of has a default export alone. Names that are imported from it are taken
 * out of that; or, when it is mocked, out of the mock.
 *
 * @param source      JavaScript; its lines stay where they are.
 * @param isStranger  is a specifier that of such a module?
 */
export function withNamesOfStrangers(source: string, isStranger: (specifier: string) => boolean): string {
  const tokens = tokensOf(source);
  let code = '';
  let at = 0;
  for (const [start, token] of tokens.entries()) {
    const clause = token.text === 'import' ? clauseOf(tokens, start) : null;
    if (clause === null || !isStranger(clause.specifier.text.slice(1, -1))) continue;
    const { brace, closing, specifier } = clause;
    const module = `longshore_${start}`;
    const names = source.slice(brace.end, closing.start).replaceAll(/\bas\b/g, ':');
    const taken = `;const {${names}} = 'default' in ${module} ? ${module}.default : ${module};`;
    code += `${source.slice(at, brace.start)}* as ${module}${source.slice(closing.end, specifier.end)}${taken}`;
    at = specifier.end;
  }
  return code + source.slice(at);
}

interface Clause {
  readonly brace: Token;
  readonly closing: Token;
  readonly specifier: Token;
}

/** Of `import { a } from 'b'` and `import a, { b } from 'c'`; null for one without names. */
function clauseOf(tokens: readonly Token[], start: number): Clause | null {
  const hasDefault = tokens[start + 2]?.text === ',';
  const open = start + (hasDefault ? 3 : 1);
  const brace = tokens[open];
  if (brace?.text !== '{') return null;
  const close = tokens.findIndex(({ text }, index) => index > open && text === '}');
  const [closing, from, specifier] = tokens.slice(close, close + 3);
  if (close < 0 || closing === undefined || from?.text !== 'from' || specifier?.kind !== 'string') return null;
  return { brace, closing, specifier };
}
