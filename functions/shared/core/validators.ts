/** The one place that reads what `scripts/compile-schemas.ts` generates; `npm run` scripts see to it that it is there. */
export { eventSchemas, validateEnvelope } from '../../../.build/generated/validators.js';
