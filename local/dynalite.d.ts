declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** `createTableMs`: how long a table stays in CREATING. In memory unless `path` is given. */
  export default function dynalite(options?: { readonly createTableMs?: number; readonly path?: string }): Server;
}
