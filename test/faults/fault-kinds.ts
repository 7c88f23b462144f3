import type { Random } from '../../local/sample/random.ts';
import type { AwsStub } from './serve-aws-stub.ts';
import type { FaultProxy, Link, Moment } from './serve-fault-proxy.ts';
import type { Environment } from './start-environment.ts';

export interface Stage {
  readonly proxy: FaultProxy;
  readonly aws: AwsStub;
  readonly environment: Environment;
  readonly random: Random;
}

/** A fault set up to strike once. */
export interface ArmedFault {
  readonly hasStruck: () => boolean;
  /** After the delivery that it struck: ends what it began. */
  readonly mend: () => Promise<void>;
}
type Arm = (stage: Stage) => Promise<ArmedFault> | ArmedFault;

const duringTransaction: readonly Moment[] = ['begin', 'ledger', 'ledger done', 'commit'];
const nothing = async () => {};

/** Strikes at the first of these moments that is drawn. */
function at(
  moments: readonly Moment[],
  strike: (link: Link, stage: Stage, moment: Moment) => (() => Promise<void>) | void,
): Arm {
  return (stage) => {
    const chosen = stage.random.pick(moments);
    let struck = false;
    let mend = nothing;
    stage.proxy.onMoment = (moment, link) => {
      if (struck || moment !== chosen) return;
      struck = true;
      mend = strike(link, stage, moment) ?? nothing;
    };
    return { hasStruck: () => struck, mend: () => mend() };
  };
}

const killedAt = (moments: readonly Moment[], isHeard: boolean): Arm =>
  at(moments, (link, { environment }) => {
    link.isSilent = !isHeard;
    environment.kill();
  });

/** The function's process is killed, or its database fails, each at one message of the protocol. */
export const faultKinds: Readonly<Record<string, Arm>> = {
  'killed before begin': killedAt(['begin'], false),
  'killed after the ledger': killedAt(['ledger done'], false),
  'killed before commit': killedAt(['commit'], false),
  'killed once commit is sent': killedAt(['commit', 'commit done'], true),
  'killed before marking done': ({ aws, environment }) => {
    let struck = false;
    aws.onWrite = () => {
      if (!struck) environment.kill();
      if (!struck) struck = true;
    };
    return { hasStruck: () => struck, mend: nothing };
  },
  'backend stopped': at(duringTransaction, ({ backend }) => {
    process.kill(backend, 'SIGSTOP');
    return async () => void process.kill(backend, 'SIGCONT');
  }),
  'backend killed -9': at(duringTransaction, ({ backend }) => void process.kill(backend, 'SIGKILL')),
  'backend terminated': at(duringTransaction, ({ backend }) => void process.kill(backend, 'SIGTERM')),
  'connection reset': at([...duringTransaction, 'commit done'], (link) => {
    link.isSilent = true;
    link.client.resetAndDestroy();
  }),
  'network silent': at(duringTransaction, (link) => {
    link.isSilent = true;
  }),
  'reply of commit dropped': at(['commit done'], (link) => {
    link.isSilent = true;
  }),
  'connection refused': async ({ proxy }) => {
    await proxy.refuse();
    return { hasStruck: () => true, mend: () => proxy.accept() };
  },
};
