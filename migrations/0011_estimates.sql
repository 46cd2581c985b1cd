CREATE TABLE "estimates" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"call_id" text NOT NULL,
	"queue_id" text NOT NULL,
	"made_at" timestamp(3) with time zone NOT NULL,
	"is_said" boolean NOT NULL,
	"ahead" integer NOT NULL,
	"agents" integer NOT NULL,
	"base_ms" bigint NOT NULL,
	"low_ms" bigint NOT NULL,
	"likely_ms" bigint NOT NULL,
	"high_ms" bigint NOT NULL,
	"outcome" text,
	"waited_ms" bigint,
	CONSTRAINT "estimates_outcome" CHECK ("estimates"."outcome" in ('answered', 'not_answered'))
);
--> statement-breakpoint
CREATE INDEX "estimates_call" ON "estimates" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "estimates_made" ON "estimates" USING btree ("made_at","queue_id");