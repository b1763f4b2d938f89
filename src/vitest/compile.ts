import * as vite from 'vite';

/** TypeScript, as ArkTS means it, to JavaScript. Fields without a value are declarations only. */
export async function javaScriptOf(
  code: string,
  file: string,
): Promise<{ code: string; map?: vite.Rollup.SourceMapInput }> {
  if ('transformWithOxc' in vite) {
    return vite.transformWithOxc(code, file, {
      lang: 'ts',
      target: 'es2022',
      assumptions: { setPublicClassFields: true },
      typescript: { removeClassFieldsWithoutInitializer: true },
      decorator: { legacy: true },
    });
  }
  // vite before 8
  const { transformWithEsbuild } = vite as { transformWithEsbuild: typeof import('vite').transformWithEsbuild };
  const compilerOptions = { useDefineForClassFields: false, experimentalDecorators: true, target: 'es2022' };
  return transformWithEsbuild(code, file, { loader: 'ts', target: 'es2022', tsconfigRaw: { compilerOptions } });
}
