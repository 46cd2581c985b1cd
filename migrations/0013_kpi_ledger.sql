CREATE TABLE "agent_aggregates" (
	"agent_id" text NOT NULL,
	"grain" text NOT NULL,
	"start_at" timestamp(3) with time zone NOT NULL,
	"counts" jsonb NOT NULL,
	CONSTRAINT "agent_aggregates_pk" PRIMARY KEY("agent_id","grain","start_at")
);
--> statement-breakpoint
CREATE TABLE "alarms" (
	"alarm_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "alarms_alarm_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"code" text NOT NULL,
	"queue_id" text,
	"severity" text NOT NULL,
	"raised_at" timestamp(3) with time zone NOT NULL,
	"cleared_at" timestamp(3) with time zone,
	"detail" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kpi_exclusion_windows" (
	"window_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "kpi_exclusion_windows_window_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"reason" text NOT NULL,
	"queue_id" text,
	"starts_at" timestamp(3) with time zone NOT NULL,
	"ends_at" timestamp(3) with time zone NOT NULL,
	"status" text DEFAULT 'proposed' NOT NULL,
	"declared_by" text NOT NULL,
	"declared_at" timestamp(3) with time zone NOT NULL,
	"evidence" text NOT NULL,
	"decided_by" text,
	"decided_at" timestamp(3) with time zone,
	CONSTRAINT "kpi_exclusion_windows_reason" CHECK ("kpi_exclusion_windows"."reason" in ('emergency', 'system_fault', 'over_capacity', 'other')),
	CONSTRAINT "kpi_exclusion_windows_status" CHECK ("kpi_exclusion_windows"."status" in ('proposed', 'approved', 'rejected', 'withdrawn')),
	CONSTRAINT "kpi_exclusion_windows_order" CHECK ("kpi_exclusion_windows"."starts_at" < "kpi_exclusion_windows"."ends_at"),
	CONSTRAINT "kpi_exclusion_windows_two_people" CHECK ("kpi_exclusion_windows"."status" <> 'approved' or "kpi_exclusion_windows"."decided_by" <> "kpi_exclusion_windows"."declared_by")
);
--> statement-breakpoint
CREATE TABLE "kpi_aggregates" (
	"dimension" text NOT NULL,
	"key" text NOT NULL,
	"grain" text NOT NULL,
	"version" integer NOT NULL,
	"start_at" timestamp(3) with time zone NOT NULL,
	"counts" jsonb NOT NULL,
	"waits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "kpi_aggregates_pk" PRIMARY KEY("dimension","key","grain","version","start_at")
);
--> statement-breakpoint
CREATE TABLE "kpi_definitions" (
	"version" integer PRIMARY KEY NOT NULL,
	"effective_from" date NOT NULL,
	"answer_clock_start" text NOT NULL,
	"answer_ms_max" integer,
	"short_abandon_ms" integer NOT NULL,
	"decided_by" text NOT NULL,
	"decided_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "kpi_definitions_clock" CHECK ("kpi_definitions"."answer_clock_start" in ('queued', 'arrived', 'agent_offered')),
	CONSTRAINT "kpi_definitions_version" CHECK ("kpi_definitions"."version" > 1)
);
--> statement-breakpoint
CREATE TABLE "kpi_targets" (
	"code" text NOT NULL,
	"effective_from" date NOT NULL,
	"comparator" text NOT NULL,
	"threshold" double precision NOT NULL,
	"decided_by" text NOT NULL,
	"decided_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "kpi_targets_pk" PRIMARY KEY("code","effective_from"),
	CONSTRAINT "kpi_targets_code" CHECK ("kpi_targets"."code" in ('connectRate', 'timelyAnswerRate', 'serviceLevel', 'smsReplyRate', 'complaintRate')),
	CONSTRAINT "kpi_targets_comparator" CHECK ("kpi_targets"."comparator" in ('at_least', 'at_most')),
	CONSTRAINT "kpi_targets_threshold" CHECK ("kpi_targets"."threshold" between 0 and 1)
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"report_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "reports_report_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"from_day" date NOT NULL,
	"to_day" date NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"progress" integer DEFAULT 0 NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone,
	"body" jsonb,
	CONSTRAINT "reports_kind" CHECK ("reports"."kind" in ('interval', 'daily', 'weekly', 'monthly')),
	CONSTRAINT "reports_status" CHECK ("reports"."status" in ('running', 'done', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "wallboard_tokens" (
	"token_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "wallboard_tokens_token_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"token_hash" text NOT NULL,
	"queue_ids" text[],
	"created_by" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"revoked_by" text,
	"revoked_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "entered_queue_id" text;--> statement-breakpoint
CREATE INDEX "agent_aggregates_start" ON "agent_aggregates" USING btree ("grain","start_at");--> statement-breakpoint
CREATE INDEX "alarms_raised" ON "alarms" USING btree ("raised_at");--> statement-breakpoint
CREATE INDEX "kpi_exclusion_windows_time" ON "kpi_exclusion_windows" USING btree ("starts_at","ends_at");--> statement-breakpoint
CREATE UNIQUE INDEX "kpi_exclusion_windows_system" ON "kpi_exclusion_windows" USING btree ("reason","starts_at",coalesce(queue_id, '')) WHERE declared_by = 'system';--> statement-breakpoint
CREATE INDEX "kpi_aggregates_start" ON "kpi_aggregates" USING btree ("grain","start_at","dimension");--> statement-breakpoint
CREATE UNIQUE INDEX "reports_version" ON "reports" USING btree ("kind","from_day","to_day","version");--> statement-breakpoint
CREATE UNIQUE INDEX "wallboard_tokens_hash" ON "wallboard_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "calls_entered_arrived" ON "calls" USING btree ("entered_queue_id","arrived_at");--> statement-breakpoint
UPDATE "calls" SET "entered_queue_id" = "queue_id";
