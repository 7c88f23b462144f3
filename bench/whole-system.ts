import { rmSync } from 'node:fs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { localClient } from '../local/commands/read-outputs.ts';
import { sendBatches } from '../local/commands/send-batches.ts';
import { addressEntry, sendToBus } from '../local/commands/send-to-bus.ts';
import { waitUntilDrained } from '../local/commands/wait-until-drained.ts';
import { generateSample } from '../local/sample/generate-sample.ts';
import { synthesizeLocal } from '../local/start/synthesize-local.ts';
import { startSystem } from '../local/start-system.ts';
import { makeDirectory } from './make-directory.ts';
import type { Report } from './report.ts';

/** From `PutEvents` to rollups without dirty windows: bus, rules, queues, mappings, functions, database, on this machine. */
export async function benchWholeSystem(report: Report, copyRate: number): Promise<void> {
  const dataDir = makeDirectory('bench');
  const system = await startSystem({ cdkOut: await synthesizeLocal(dataDir), dataDir, port: 0, log: () => {} });
  try {
    const { endpoints, eventBusName } = system.outputs;
    const { events } = generateSample({ seed: 'bench', end: new Date() });
    const client = new EventBridgeClient({ ...localClient, endpoint: endpoints.events });
    const entries = events
      .values()
      .map((event) => addressEntry({ ...event, text: JSON.stringify(event) }, eventBusName, event.id));
    const start = performance.now();
    await sendBatches(entries, sendToBus(client), () => {});
    await waitUntilDrained(system.outputs);
    const seconds = (performance.now() - start) / 1000;
    client.destroy();
    report.add(
      `whole local system, ${events.length} events from bus to rollups`,
      events.length / seconds,
      'events/s',
      copyRate,
    );
  } finally {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
