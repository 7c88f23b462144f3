import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Makes a server listen on 127.0.0.1 and answers its URL. Port 0: any free one. */
export function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken: stop what listens there, or choose another with --port N (0: any free one)`;
      const denied = `Port ${port} may not be used by this user: choose one above 1023 with --port N`;
      const known: Record<string, string> = { EADDRINUSE: taken, EACCES: denied };
      reject(new Error(known[error.code ?? ''] ?? error.message, { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}
