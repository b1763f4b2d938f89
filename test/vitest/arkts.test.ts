import { describe, expect, it } from 'vitest';
import { typeScriptOf } from '../../src/vitest/arkts.ts';
import { javaScriptOf } from '../../src/vitest/compile.ts';

const codeOf = (source: string) => typeScriptOf(source).code;

describe('ArkTS as TypeScript', () => {
  it('makes a class of a struct, without its decorators and its page', () => {
    const { code, notes } = typeScriptOf(`
@Entry({ routeName: 'index' })
@Component
export struct Index {
  @State @Watch('onChange') count: number = 1;
  build() {
    Column({ space: 5 }) { Text(\`\${this.count} }\`) }
    .width('100%')
  }
  onChange(): void { this.count++ }
}
`);

    expect(code.replaceAll(/\s+/g, ' ')).toBe(
      ' export class Index { count: number = 1; build() { } onChange(): void { this.count++ } } ',
    );
    expect(notes).toEqual(['line 6: build() of Index is user interface; its body is skipped']);
  });

  it.each([
    ['@Builder function Row(text: string): void { Text(text) }', 'function Row(text: string): void {}'],
    ['@Extend(Text) function big(size: number) { .fontSize(size) }', 'function big(size: number) {}'],
    ['@Styles function wide() { .width(1) }', 'function wide() {}'],
    [
      'class A { @Builder Head({ a } = { a: 1 }) { Text() } rest() { return 1 } }',
      'class A { Head({ a } = { a: 1 }) {} rest() { return 1 } }',
    ],
    [
      'struct A { @BuilderParam slot: () => void = this.other; @Builder other() { Text() } }',
      'class A { slot: () => void = this.other; other() {} }',
    ],
  ])('empties %s', (source, expected) => {
    expect(codeOf(source).replaceAll(/\s+/g, ' ').trim()).toBe(expected);
  });

  it('keeps every line where it was', () => {
    const source = "@Entry({\n  a: 1,\n})\nstruct A {\n  build() {\n    Text()\n  }\n}\nconst last = 'here';\n";

    expect(codeOf(source).split('\n').indexOf("const last = 'here';")).toBe(8);
    expect(codeOf(source).split('\n')).toHaveLength(source.split('\n').length);
  });

  it.each([
    ["const a = 'struct A { build() {} } @Entry';"],
    ['const a = "it\'s @Component struct B {";'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source
    ['const a = `@Entry ${`struct A {${"}"}`} struct B { build() { x } }`;'],
    ['// @Entry struct A {'],
    ['/* struct A { build() { Text() } } */ const b = 1;'],
    ['const a = /struct A {[/"]@Entry/.test(b) ? 4 / 2 / 1 : b / 2;'],
    ['const struct = { build() { return 1 } }; a.struct = struct; use(struct);'],
    ['class A { build() { return this.#parts } #parts = 1 }'],
    ['const lazy = import(lazy); import lazy from "./lazy";'],
    ['const a = b > c ? "x" : `unended ${'],
    ["const a = 'unended\nconst b = 1;"],
    ['type A = { a: string; }; function f<T extends A>(a: T): a is T { return !!a }'],
  ])('leaves %s alone', (source) => {
    expect(codeOf(source)).toBe(source);
  });

  it('keeps decorators that the file declares or imports', () => {
    const source =
      "import { logged } from './log';\nfunction sealed(c: Object) {}\n@sealed @Observed class A { @logged() @Track run() {} }";

    expect(codeOf(source).split('\n')[2]?.replaceAll(/ +/g, ' ')).toBe('@sealed class A { @logged() run() {} }');
  });

  it('drops those of a struct, whatever else has their names', () => {
    const source = "import { Component } from '@kit.TestKit';\n@Component\n@Entry({ a: 1 })\nexport struct A {}";

    expect(codeOf(source).replaceAll(/\s+/g, ' ')).toBe("import { Component } from '@kit.TestKit'; export class A {}");
  });

  it('imports at once what is imported lazily', () => {
    expect(codeOf("import lazy { a } from './a';")).toBe("import  { a } from './a';");
  });
});

describe('TypeScript to JavaScript', () => {
  it('takes fields without a value for declarations, and drops imports of types', async () => {
    const { code } = await javaScriptOf(
      "import { BusinessError } from '@ohos.base';\nclass A { a: string; b = 1; }\nexport default (e: BusinessError) => new A();",
      '/x/A.test.ets',
    );

    expect(code).not.toContain('import');
    expect(code).not.toMatch(/\ba;/);
    expect(code).toContain('this.b = 1');
  });

  it('compiles decorators of the file', async () => {
    const { code } = await javaScriptOf('const mark = (c: Function) => {};\n@mark class A {}', '/x/A.ets');

    expect(code).not.toContain('@mark');
  });
});
