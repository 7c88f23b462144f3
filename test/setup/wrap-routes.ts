import { join } from 'node:path';

const module = JSON.stringify(join(import.meta.dirname, 'hold-answers.ts'));

const wraps = [
  {
    file: /\/functions\/query\/routes\/([\w-]+)\.ts$/,
    export: 'answer',
    by: (name: string) => `holdRoute('${name}', `,
  },
  { file: /\/functions\/(?:query|admin)\/(handler)\.ts$/, export: 'handler', by: () => 'holdHandler(' },
];

/** A plugin of the tests: the exports of routes and handlers are those of `hold-answers.ts` around them. */
export const wrapRoutes = {
  name: 'hold-answers',
  enforce: 'pre' as const,
  transform(code: string, id: string): string | undefined {
    const wrap = wraps.find(({ file }) => file.test(id));
    if (wrap === undefined) return undefined;
    const declaration = new RegExp(`^export const ${wrap.export}\\b`, 'm');
    if (!declaration.test(code)) throw new Error(`${id}: expected export const ${wrap.export}, whose answers are held`);
    const [, name = ''] = wrap.file.exec(id) ?? [];
    return `${code.replace(declaration, `const unheld`)}
import * as holding from ${module};
export const ${wrap.export} = holding.${wrap.by(name)}unheld);`;
  },
};
