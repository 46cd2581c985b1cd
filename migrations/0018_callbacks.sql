CREATE TABLE "callback_attempts" (
	"callback_id" text NOT NULL,
	"attempt" integer NOT NULL,
	"call_id" text NOT NULL,
	"agent_id" text,
	"ended_at" timestamp(3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"cause" text NOT NULL,
	CONSTRAINT "callback_attempts_pk" PRIMARY KEY("callback_id","attempt"),
	CONSTRAINT "callback_attempts_outcome" CHECK ("callback_attempts"."outcome" in ('connected', 'busy', 'no_answer', 'rejected', 'invalid_number', 'unreachable', 'agent_gave_up', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "callbacks" (
	"callback_id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"original_call_id" text,
	"from_number" text NOT NULL,
	"to_number" text NOT NULL,
	"queue_id" text NOT NULL,
	"priority" integer NOT NULL,
	"queued_at" timestamp(3) with time zone NOT NULL,
	"requested_at" timestamp(3) with time zone NOT NULL,
	"requested_by" text,
	"due_at" timestamp(3) with time zone,
	"start_at" timestamp(3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"attempts_max" integer NOT NULL,
	"assigned_to" text,
	"call_id" text,
	"closed_at" timestamp(3) with time zone,
	"closed_by" text,
	CONSTRAINT "callbacks_kind" CHECK ("callbacks"."kind" in ('queued', 'quick', 'follow_up')),
	CONSTRAINT "callbacks_status" CHECK ("callbacks"."status" in ('open', 'done', 'exhausted', 'cancelled', 'superseded'))
);
--> statement-breakpoint
ALTER TABLE "calls" DROP CONSTRAINT "calls_ending";--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "direction" text DEFAULT 'inbound' NOT NULL;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "ground" text;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "callback_id" text;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "dialled_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "queues" ADD COLUMN "callback" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "callbacks_requested" ON "callbacks" USING btree ("requested_at","callback_id");--> statement-breakpoint
CREATE INDEX "callbacks_status" ON "callbacks" USING btree ("status","start_at");--> statement-breakpoint
CREATE INDEX "callbacks_original_call" ON "callbacks" USING btree ("original_call_id");--> statement-breakpoint
CREATE INDEX "calls_callback" ON "calls" USING btree ("callback_id");--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_direction" CHECK ("calls"."direction" in ('inbound', 'outbound'));--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_ground" CHECK ("calls"."ground" in ('callback', 'directory', 'shift_leader'));--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_ending" CHECK ("calls"."ending" in ('served', 'abandoned_waiting', 'abandoned_ringing', 'unknown_number', 'queue_full', 'no_agent', 'lost_in_transfer', 'failed', 'callback_taken', 'not_reached', 'withdrawn'));