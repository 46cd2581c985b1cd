ALTER TABLE "config_versions" DROP CONSTRAINT "config_versions_entity";--> statement-breakpoint
ALTER TABLE "config_versions" ADD CONSTRAINT "config_versions_entity" CHECK ("config_versions"."entity" in ('queue', 'number', 'skill', 'unit', 'agent', 'user', 'trunk', 'not_ready_reason', 'agent_policy', 'kpi_target', 'calendar_day', 'categories', 'emergency_mode'));--> statement-breakpoint
-- Who changed what is evidence, as the audit log is: a version stays as it was written.
CREATE TRIGGER config_versions_append_only BEFORE UPDATE OR DELETE ON "config_versions"
	FOR EACH ROW EXECUTE FUNCTION refuse_change_of_proofs();
