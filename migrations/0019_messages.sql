CREATE TABLE "messages" (
	"call_id" text PRIMARY KEY NOT NULL,
	"queue_id" text NOT NULL,
	"from_number" text NOT NULL,
	"to_number" text NOT NULL,
	"path" text NOT NULL,
	"began_at" timestamp(3) with time zone NOT NULL,
	"left_at" timestamp(3) with time zone,
	"status" text,
	"assigned_to" text,
	"done_at" timestamp(3) with time zone,
	"done_by" text,
	"note" text,
	CONSTRAINT "messages_status" CHECK ("messages"."status" in ('new', 'assigned', 'done'))
);
--> statement-breakpoint
ALTER TABLE "calls" DROP CONSTRAINT "calls_ending";--> statement-breakpoint
CREATE INDEX "messages_open" ON "messages" USING btree ("status","left_at");--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_ending" CHECK ("calls"."ending" in ('served', 'abandoned_waiting', 'abandoned_ringing', 'unknown_number', 'queue_full', 'no_agent', 'lost_in_transfer', 'message_left', 'failed', 'callback_taken', 'not_reached', 'withdrawn'));