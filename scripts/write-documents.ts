import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeDocument } from '../schemas/openapi/document.ts';

const page = join(dirname(import.meta.dirname), 'functions/query/docs');
const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** Of `/docs/{file}`, each compressed. */
const files = [join(swagger, 'swagger-ui.css'), join(swagger, 'swagger-ui-bundle.js'), join(page, 'start.js')];

/** Writes what `/openapi.json`, `/docs` and `/docs/{file}` answer into the query function's folder. */
export async function writeDocuments(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'openapi.json'), JSON.stringify(await makeDocument()));
  await cp(join(page, 'index.html'), join(directory, 'index.html'));
  for (const file of files) {
    const name = file.slice(dirname(file).length + 1);
    await writeFile(
      join(directory, `${name}.gz`),
      gzipSync(withoutSourceMap(await readFile(file, 'utf8')), { level: 9 }),
    );
  }
}

/** The maps are not served: a browser's tools would ask for them in vain. */
const withoutSourceMap = (text: string) => text.replace(/\n\/[/*]# sourceMappingURL=\S+\s*$/, '\n');
