import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { makeCertificates } from '../../local/postgres/make-certificates.ts';

/** What a session is about to do (before the server hears of it) or has done (before the client does). */
export type Moment = 'begin' | 'ledger' | 'ledger done' | 'commit' | 'commit done';

export interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** Process id of the server's backend. */
  backend: number;
  /** From now on nothing passes in either direction, and both sides think the other is there. */
  isSilent: boolean;
}

export interface FaultProxy {
  readonly port: number;
  /** Certificate authority of the proxy's own certificate. */
  readonly caFile: string;
  /** Told of every moment; where it makes the link silent, the message of this moment does not pass. */
  onMoment: (moment: Moment, link: Link) => void;
  /** New connections are refused, those that stand are cut. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  stop(): Promise<void>;
}

const SSL_REQUEST_BYTES = 8;

/**
 * Stands between a client over TLS and PostgreSQL, and reads what the two say (protocol 3.0,
 * https://www.postgresql.org/docs/17/protocol-message-formats.html), so that a fault can strike at an exact message.
 */
export async function serveFaultProxy(serverPort: number, directory: string): Promise<FaultProxy> {
  const { caFile, certificateFile, keyFile } = await makeCertificates(directory, undefined);
  const secureContext = createSecureContext({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) });
  const links = new Set<Link>();

  const listener: Server = createServer(async (client) => {
    client.setNoDelay(true).on('error', () => {});
    const server = createConnection({ host: '127.0.0.1', port: serverPort, noDelay: true });
    const link: Link = { client, server, backend: 0, isSilent: false };
    links.add(link);
    const close = () => {
      links.delete(link);
      client.destroy();
      server.destroy();
    };
    server.on('error', close).on('close', close);
    client.on('close', close);
    const [request] = await once(client, 'data');
    if (request.length !== SSL_REQUEST_BYTES) return close();
    client.write('S');
    const secure = new TLSSocket(client, { isServer: true, secureContext });
    secure.on('error', close);
    relay(link, secure, (moment) => proxy.onMoment(moment, link));
  });

  const proxy: FaultProxy = {
    ...{ port: 0, caFile },
    onMoment: () => {},
    refuse: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const { client } of links) client.destroy();
      await closed;
    },
    accept: async () => {
      if (!listener.listening) await once(listener.listen(proxy.port, '127.0.0.1'), 'listening');
    },
    stop: () => proxy.refuse(),
  };
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(proxy, { port: (listener.address() as { port: number }).port });
}

function relay(link: Link, secure: TLSSocket, tell: (moment: Moment) => void): void {
  /** Names of prepared statements that are moments. */
  const statements = new Map<string, Moment>();
  let awaited: 'ledger done' | 'commit done' | undefined;
  const readClient = frames({ startsUntyped: true });
  secure.on('data', (data) => {
    for (const { type, body, bytes } of readClient(data)) {
      const [first = '', second = ''] = body.toString('latin1').split('\0');
      const prepared = type === 'P' ? momentOf(second) : undefined;
      if (prepared) statements.set(first, prepared);
      const moment = type === 'B' ? statements.get(second) : type === 'Q' ? momentOf(first) : undefined;
      if (moment) tell(moment);
      if (moment === 'ledger' || moment === 'commit') awaited = `${moment} done`;
      if (!link.isSilent) link.server.write(bytes);
    }
  });
  const readServer = frames({ startsUntyped: false });
  link.server.on('data', (data) => {
    for (const { type, body, bytes } of readServer(data)) {
      if (type === 'K') link.backend = body.readInt32BE(0);
      if (type === 'C' && awaited) {
        const done = awaited;
        awaited = undefined;
        tell(done);
      }
      if (!link.isSilent && secure.writable) secure.write(bytes);
    }
  });
}

function momentOf(statement: string): 'begin' | 'ledger' | 'commit' | undefined {
  const [word] = statement.trim().toLowerCase().split(/\s/);
  if (statement.includes('insert into processed_events')) return 'ledger';
  return word === 'begin' || word === 'commit' ? word : undefined;
}

interface Frame {
  /** One character; empty for the startup message. */
  readonly type: string;
  readonly body: Buffer;
  readonly bytes: Buffer;
}

/** Cuts a stream into messages: a byte of type (not at the start of a session), four of length, the rest. */
function frames({ startsUntyped }: { readonly startsUntyped: boolean }): (data: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  let isUntyped = startsUntyped;
  return (data) => {
    rest = Buffer.concat([rest, data]);
    const whole: Frame[] = [];
    for (;;) {
      const typeBytes = isUntyped ? 0 : 1;
      if (rest.length < typeBytes + 4) return whole;
      const size = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < size) return whole;
      const bytes = rest.subarray(0, size);
      whole.push({ type: bytes.toString('latin1', 0, typeBytes), body: bytes.subarray(typeBytes + 4), bytes });
      rest = rest.subarray(size);
      isUntyped = false;
    }
  };
}
