CREATE TABLE "agent_policies" (
	"policy_id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"policy" jsonb NOT NULL,
	CONSTRAINT "agent_policies_one_row" CHECK ("agent_policies"."policy_id" = 1)
);
--> statement-breakpoint
CREATE TABLE "agent_seats" (
	"agent_id" text PRIMARY KEY NOT NULL,
	"seat" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "category_trees" (
	"version" integer PRIMARY KEY NOT NULL,
	"published_at" timestamp(3) with time zone NOT NULL,
	"published_by" text NOT NULL,
	"nodes" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conduct_events" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"agent_id" text NOT NULL,
	"type" text NOT NULL,
	"reason" text NOT NULL,
	"since" timestamp(3) with time zone NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"limit_ms" bigint,
	CONSTRAINT "conduct_events_type" CHECK ("conduct_events"."type" in ('unauthorised_off_seat', 'absence_overrun'))
);
--> statement-breakpoint
CREATE TABLE "contact_record_corrections" (
	"record_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"by" text NOT NULL,
	"reason" text NOT NULL,
	"apology_given" boolean NOT NULL,
	"before" jsonb NOT NULL,
	"after" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contact_records" (
	"record_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "contact_records_record_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"call_id" text NOT NULL,
	"agent_id" text NOT NULL,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"called_at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"saved_at" timestamp(3) with time zone,
	"contact_phone" text,
	"caller_name" text,
	"caller_surname" text,
	"salutation" text,
	"appeal_type" text,
	"category_id" text,
	"category_version" integer,
	"disposition" text,
	"answer_basis" text,
	"fields" jsonb NOT NULL,
	CONSTRAINT "contact_records_status" CHECK ("contact_records"."status" in ('draft', 'saved')),
	CONSTRAINT "contact_records_salutation" CHECK ("contact_records"."salutation" in ('mr', 'ms')),
	CONSTRAINT "contact_records_appeal_type" CHECK ("contact_records"."appeal_type" in ('consult', 'help', 'complaint', 'suggestion', 'report', 'praise', 'other')),
	CONSTRAINT "contact_records_disposition" CHECK ("contact_records"."disposition" in ('answered', 'transferred', 'out_of_scope_referred', 'declined_with_explanation', 'refused', 'work_order', 'silent', 'wrong_number', 'nuisance', 'test', 'dropped')),
	CONSTRAINT "contact_records_answer_basis" CHECK ("contact_records"."answer_basis" in ('kb', 'bulletin', 'shift_leader', 'unit', 'none'))
);
--> statement-breakpoint
CREATE TABLE "not_ready_reasons" (
	"reason_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"ms_max_per_use" bigint,
	"ms_max_per_day" bigint,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "not_ready_reasons_limits" CHECK (least("not_ready_reasons"."ms_max_per_use", "not_ready_reasons"."ms_max_per_day") > 0 is not false)
);
--> statement-breakpoint
CREATE TABLE "off_seat_requests" (
	"request_id" text PRIMARY KEY NOT NULL,
	"agent_id" text NOT NULL,
	"status" text NOT NULL,
	"requested_at" timestamp(3) with time zone NOT NULL,
	"duration_ms" bigint NOT NULL,
	"note" text NOT NULL,
	"decided_at" timestamp(3) with time zone,
	"decided_by" text,
	"decision_note" text,
	"left_at" timestamp(3) with time zone,
	"returned_at" timestamp(3) with time zone,
	"overran_at" timestamp(3) with time zone,
	CONSTRAINT "off_seat_requests_status" CHECK ("off_seat_requests"."status" in ('requested', 'approved', 'refused', 'cancelled', 'expired', 'taken', 'ended'))
);
--> statement-breakpoint
CREATE TABLE "seat_checks" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"agent_id" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"is_registered" boolean NOT NULL,
	"echo_call" text NOT NULL,
	"microphone" text NOT NULL,
	"is_passed" boolean NOT NULL,
	CONSTRAINT "seat_checks_echo_call" CHECK ("seat_checks"."echo_call" in ('passed', 'failed', 'skipped')),
	CONSTRAINT "seat_checks_microphone" CHECK ("seat_checks"."microphone" in ('passed', 'failed', 'skipped'))
);
--> statement-breakpoint
ALTER TABLE "agent_states" DROP CONSTRAINT "agent_states_reason";--> statement-breakpoint
ALTER TABLE "calls" DROP CONSTRAINT "calls_disposition";--> statement-breakpoint
ALTER TABLE "queues" ADD COLUMN "wrap_up" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "queues" ADD COLUMN "offering" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "contact_record_corrections" ADD CONSTRAINT "contact_record_corrections_record_id_contact_records_record_id_fk" FOREIGN KEY ("record_id") REFERENCES "public"."contact_records"("record_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conduct_events_agent" ON "conduct_events" USING btree ("agent_id","at");--> statement-breakpoint
CREATE INDEX "conduct_events_at" ON "conduct_events" USING btree ("at","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "contact_record_corrections_version" ON "contact_record_corrections" USING btree ("record_id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "contact_records_call" ON "contact_records" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "contact_records_called" ON "contact_records" USING btree ("called_at","record_id");--> statement-breakpoint
CREATE INDEX "contact_records_agent" ON "contact_records" USING btree ("agent_id","called_at");--> statement-breakpoint
CREATE INDEX "contact_records_repeats" ON "contact_records" USING btree ("contact_phone","category_id","called_at");--> statement-breakpoint
CREATE INDEX "off_seat_requests_agent" ON "off_seat_requests" USING btree ("agent_id","requested_at");--> statement-breakpoint
CREATE INDEX "off_seat_requests_requested" ON "off_seat_requests" USING btree ("requested_at","request_id");--> statement-breakpoint
CREATE INDEX "seat_checks_agent" ON "seat_checks" USING btree ("agent_id","at");--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_disposition" CHECK ("calls"."disposition" in ('answered', 'transferred', 'out_of_scope_referred', 'declined_with_explanation', 'refused', 'work_order', 'silent', 'wrong_number', 'nuisance', 'test', 'dropped'));