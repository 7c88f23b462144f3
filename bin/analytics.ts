import { auditStacks } from '../lib/audit-stacks.ts';
import { createApp } from '../lib/synthesize.ts';

auditStacks(createApp()).synth();
