ALTER TABLE "calls" DROP CONSTRAINT "calls_hangup_by";--> statement-breakpoint
ALTER TABLE "offers" DROP CONSTRAINT "offers_outcome";--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_hangup_by" CHECK ("calls"."hangup_by" in ('caller', 'agent', 'party', 'supervisor', 'system', 'unknown'));--> statement-breakpoint
ALTER TABLE "offers" ADD CONSTRAINT "offers_outcome" CHECK ("offers"."outcome" in ('answered', 'rejected', 'rona', 'unreachable', 'caller_abandoned', 'withdrawn', 'answered_elsewhere', 'failed'));