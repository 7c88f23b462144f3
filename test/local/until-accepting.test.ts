import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, expect, inject, it } from 'vitest';
import { untilAccepting } from '../../local/postgres/until-accepting.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** What a server writes to a client that it does not serve: an ErrorResponse with this code. */
function refusal(code: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mthe database system is starting up\0\0`);
  const header = Buffer.alloc(5);
  header.write('E');
  header.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([header, fields]);
}

/** The run's server behind a door that first refuses so many connections. */
async function serveAfter(refusals: number, code: string) {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    if (connections <= refusals) {
      socket.once('data', () => socket.end(refusal(code)));
      return;
    }
    const real = connect(inject('postgres').port, '127.0.0.1');
    real.on('error', () => {});
    socket.pipe(real).pipe(socket);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { port: (server.address() as { port: number }).port, connections: () => connections };
}

it('waits while the server is starting up, though it answers', async () => {
  const server = await serveAfter(3, '57P03');
  expect(await untilAccepting(server.port, () => false, 10_000)).toBe(true);
  expect(server.connections()).toBe(4);
});

it('gives up at the deadline, and when the server has ended', async () => {
  const server = await serveAfter(Number.POSITIVE_INFINITY, '57P03');
  expect(await untilAccepting(server.port, () => false, 200)).toBe(false);
  expect(await untilAccepting(server.port, () => true)).toBe(false);
});

it('waits where nothing listens yet', async () => {
  const { port } = await serveAfter(0, '');
  servers.pop()!.close();
  expect(await untilAccepting(port, () => false, 200)).toBe(false);
});

it('throws what does not pass by itself', async () => {
  const server = await serveAfter(Number.POSITIVE_INFINITY, '28000');
  await expect(untilAccepting(server.port, () => false)).rejects.toMatchObject({ code: '28000' });
});
