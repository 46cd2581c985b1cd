CREATE TABLE "calendar_days" (
	"day" date PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "calendar_days_kind" CHECK ("calendar_days"."kind" in ('holiday', 'workday', 'event'))
);
--> statement-breakpoint
CREATE TABLE "staffing_advice" (
	"queue_id" text NOT NULL,
	"start_at" timestamp(3) with time zone NOT NULL,
	"end_at" timestamp(3) with time zone NOT NULL,
	"calls" double precision NOT NULL,
	"agents" integer NOT NULL,
	"made_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "staffing_advice_pk" PRIMARY KEY("start_at","queue_id")
);
--> statement-breakpoint
ALTER TABLE "config_versions" DROP CONSTRAINT "config_versions_entity";--> statement-breakpoint
ALTER TABLE "config_versions" ADD CONSTRAINT "config_versions_entity" CHECK ("config_versions"."entity" in ('queue', 'number', 'skill', 'unit', 'agent', 'user', 'trunk', 'not_ready_reason', 'agent_policy', 'kpi_target', 'calendar_day', 'categories'));