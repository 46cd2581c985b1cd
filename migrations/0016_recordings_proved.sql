CREATE TABLE "deletion_certificates" (
	"path" text PRIMARY KEY NOT NULL,
	"call_id" text NOT NULL,
	"sha256" text,
	"deleted_at" timestamp(3) with time zone NOT NULL,
	"deleted_by" text NOT NULL,
	"rule" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "legal_holds" (
	"legal_hold_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "legal_holds_legal_hold_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"path" text NOT NULL,
	"reason" text NOT NULL,
	"placed_by" text NOT NULL,
	"placed_at" timestamp(3) with time zone NOT NULL,
	"lifted_by" text,
	"lifted_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "recording_proofs" (
	"day" text NOT NULL,
	"place" integer NOT NULL,
	"path" text NOT NULL,
	"call_id" text NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"duration_ms" bigint NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "recording_proofs_pk" PRIMARY KEY("day","place")
);
--> statement-breakpoint
ALTER TABLE "recordings" DROP CONSTRAINT "recordings_status";--> statement-breakpoint
DROP INDEX "recordings_unchecked";--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "flaws" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "gaps" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "pauses" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "queue_id" text;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "from_number" text;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "disposition" text;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "is_hold_exceeded" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "survey_score" integer;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "lot" integer GENERATED ALWAYS AS ((hashtext(path) & 2147483647) % 10000) STORED;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "place" text DEFAULT 'local' NOT NULL;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "stored_as" text;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "archived_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "is_on_legal_hold" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "deleted_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "recordings_queue_requested" ON "recordings" USING btree ("queue_id","requested_at","path");--> statement-breakpoint
CREATE INDEX "recordings_number_requested" ON "recordings" USING btree ("from_number","requested_at","path");--> statement-breakpoint
CREATE INDEX "recordings_disposition" ON "recordings" USING btree ("disposition","requested_at","path");--> statement-breakpoint
CREATE INDEX "recordings_hold_exceeded" ON "recordings" USING btree ("requested_at","path") WHERE is_hold_exceeded;--> statement-breakpoint
CREATE INDEX "recordings_score" ON "recordings" USING btree ("survey_score","requested_at","path");--> statement-breakpoint
CREATE INDEX "recordings_duration" ON "recordings" USING btree ("duration_ms","requested_at");--> statement-breakpoint
CREATE INDEX "recordings_unarchived" ON "recordings" USING btree ("checked_at") WHERE archived_at is null and status in ('verified', 'flawed');--> statement-breakpoint
CREATE INDEX "recordings_unchecked" ON "recordings" USING btree ("path") WHERE status not in ('verified', 'flawed', 'missing');--> statement-breakpoint
ALTER TABLE "recordings" ADD CONSTRAINT "recordings_place" CHECK ("recordings"."place" in ('local', 'bucket'));--> statement-breakpoint
ALTER TABLE "recordings" ADD CONSTRAINT "recordings_status" CHECK ("recordings"."status" in ('requested', 'recording', 'stopped', 'verified', 'flawed', 'missing'));