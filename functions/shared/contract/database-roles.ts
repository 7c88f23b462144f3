export const databaseRoles = {
  ingest: 'analytics_ingest',
  dlq: 'analytics_dlq',
  query: 'analytics_query',
  jobs: 'analytics_jobs',
  admin: 'analytics_admin',
  audit: 'analytics_audit',
  retain: 'analytics_retain',
  migrate: 'analytics_migrate',
} as const;

export type DatabaseRole = (typeof databaseRoles)[keyof typeof databaseRoles];
