import { createConnection, type Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import postgres, { type Sql } from 'postgres';

/** A process that loses connections on purpose and prints what its queries came to: `[case, host, port, database]`. */
const [name, host, port, database] = process.argv.slice(2) as [string, string, string, string];

let socket: Socket;
const options = {
  ...{ host, port: Number(port), database, username: 'postgres', max: 1, connect_timeout: 2, onnotice: () => {} },
  socket: () => {
    socket = createConnection({ host, port: Number(port), noDelay: true });
    return socket;
  },
};
const sql = postgres(options as object);
const outcomeOf = (query: PromiseLike<unknown>) =>
  Promise.resolve(query).then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );

const cases: Record<string, (sql: Sql) => Promise<unknown>> = {
  'a statement after its connection closed': async () => {
    let statement: string | undefined;
    const transaction = sql.begin(async (tx) => {
      await tx`select 1`;
      socket.destroy();
      await setTimeout(50);
      statement = await outcomeOf(tx`select 2`);
    });
    const ended = await outcomeOf(transaction);
    await setTimeout(200);
    return { transaction: ended, statement };
  },
  'a connection that closes before it is flushed': async () => {
    await sql`select 1`;
    // The driver flushes in the next turn of the loop, a socket closes in this one
    await setImmediate();
    const unflushed = outcomeOf(sql`select 2`.execute());
    await Promise.resolve();
    socket.destroy();
    return { unflushed: await unflushed, next: await outcomeOf(sql`select 3`) };
  },
  'a statement after another connection was made': async () => {
    await sql`create table if not exists written (id int)`;
    let statement: string | undefined;
    const transaction = sql.begin(async (tx) => {
      await tx`insert into written values (1)`;
      socket.destroy();
      await setTimeout(50);
      await sql`select 1`;
      statement = await outcomeOf(tx`insert into written values (2)`);
    });
    const ended = await outcomeOf(transaction);
    await setTimeout(200);
    return { transaction: ended, statement, written: await sql`select id from written` };
  },
};

const outcome = await cases[name]!(sql);
console.log(JSON.stringify(outcome));
process.exit(0);
