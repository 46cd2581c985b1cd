// The history of the configuration: one row per change of one entry, never changed once made.
import { bigint, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { CONFIG_ENTITIES, CONFIG_VERBS, type JsonObject } from '../core/config-history.ts'
import { instant, oneOf } from './columns.ts'

export const configVersions = pgTable(
  'config_versions',
  {
    versionId: bigint('version_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at').notNull(),
    /** A username, or `system` for what was found there. */
    by: text('by').notNull(),
    entity: text('entity', { enum: CONFIG_ENTITIES }).notNull(),
    entityId: text('entity_id').notNull(),
    verb: text('verb', { enum: CONFIG_VERBS }).notNull(),
    before: jsonb('before').$type<JsonObject>(),
    after: jsonb('after').$type<JsonObject>(),
  },
  (table) => [
    index('config_versions_entry').on(table.entity, table.entityId, table.versionId),
    oneOf('config_versions_entity', table.entity, CONFIG_ENTITIES),
    oneOf('config_versions_verb', table.verb, CONFIG_VERBS),
  ],
)
