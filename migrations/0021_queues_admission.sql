CREATE TABLE "emergency_mode" (
	"only" boolean PRIMARY KEY NOT NULL,
	"mode" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "calls" DROP CONSTRAINT "calls_ending";--> statement-breakpoint
ALTER TABLE "numbers" ADD COLUMN "entry" jsonb DEFAULT '{"hours":null,"closedQueueId":null,"languages":[]}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "queues" ADD COLUMN "admission" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_ending" CHECK ("calls"."ending" in ('served', 'abandoned_waiting', 'abandoned_ringing', 'unknown_number', 'queue_full', 'no_agent', 'closed', 'deflected', 'timed_out', 'emergency', 'lost_in_transfer', 'message_left', 'failed', 'callback_taken', 'not_reached', 'withdrawn'));