CREATE TABLE "config_versions" (
	"version_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "config_versions_version_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp(3) with time zone NOT NULL,
	"by" text NOT NULL,
	"entity" text NOT NULL,
	"entity_id" text NOT NULL,
	"verb" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	CONSTRAINT "config_versions_entity" CHECK ("config_versions"."entity" in ('queue', 'number', 'skill', 'unit', 'agent', 'user', 'trunk', 'not_ready_reason', 'agent_policy', 'kpi_target', 'categories')),
	CONSTRAINT "config_versions_verb" CHECK ("config_versions"."verb" in ('found', 'created', 'changed', 'deleted'))
);
--> statement-breakpoint
CREATE INDEX "config_versions_entry" ON "config_versions" USING btree ("entity","entity_id","version_id");