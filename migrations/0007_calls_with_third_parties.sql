CREATE TABLE "unit_attempts" (
	"attempt_id" text PRIMARY KEY NOT NULL,
	"unit_id" text NOT NULL,
	"call_id" text,
	"agent_id" text,
	"number" text,
	"started_at" timestamp(3) with time zone NOT NULL,
	"result" text,
	"ended_at" timestamp(3) with time zone,
	"ring_ms" bigint,
	"talk_ms" bigint,
	CONSTRAINT "unit_attempts_result" CHECK ("unit_attempts"."result" in ('answered', 'left', 'released', 'cancelled', 'no_answer', 'busy', 'unreachable', 'failed', 'call_ended'))
);
--> statement-breakpoint
CREATE TABLE "units" (
	"unit_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"phones" jsonb NOT NULL,
	"is_emergency" boolean DEFAULT false NOT NULL,
	"ring_ms_max" integer DEFAULT 30000 NOT NULL,
	"retry" jsonb DEFAULT '{"afterMs":600000,"attemptsMin":2}'::jsonb NOT NULL,
	CONSTRAINT "units_limits" CHECK ("units"."ring_ms_max" > 0)
);
--> statement-breakpoint
ALTER TABLE "agent_states" DROP CONSTRAINT "agent_states_phase";--> statement-breakpoint
ALTER TABLE "calls" DROP CONSTRAINT "calls_ending";--> statement-breakpoint
ALTER TABLE "calls" DROP CONSTRAINT "calls_hangup_by";--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "urgent_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "emergency_connected_ms" bigint;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "is_nuisance" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "help_requested_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "help_response_ms" bigint;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "survey_scale" integer;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "survey_score" integer;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "surveyed_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "transferred_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "queues" ADD COLUMN "survey" jsonb DEFAULT '{"isOn":false,"scale":5}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "unit_attempts_unit" ON "unit_attempts" USING btree ("unit_id","started_at");--> statement-breakpoint
CREATE INDEX "unit_attempts_call" ON "unit_attempts" USING btree ("call_id");--> statement-breakpoint
ALTER TABLE "agent_states" ADD CONSTRAINT "agent_states_phase" CHECK ("agent_states"."phase" in ('signed_out', 'not_ready', 'ready', 'offered', 'on_call', 'consulted', 'wrap_up'));--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_ending" CHECK ("calls"."ending" in ('served', 'abandoned_waiting', 'abandoned_ringing', 'unknown_number', 'queue_full', 'no_agent', 'lost_in_transfer', 'failed'));--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_hangup_by" CHECK ("calls"."hangup_by" in ('caller', 'agent', 'party', 'system', 'unknown'));