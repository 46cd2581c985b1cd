CREATE TABLE "recording_copies" (
	"path" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"codec" text NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"duration_ms" bigint NOT NULL,
	"made_at" timestamp(3) with time zone NOT NULL,
	"place" text DEFAULT 'local' NOT NULL,
	"stored_as" text,
	"archived_at" timestamp(3) with time zone,
	CONSTRAINT "recording_copies_name" UNIQUE("name")
);
--> statement-breakpoint
ALTER TABLE "recordings" DROP CONSTRAINT "recordings_place";--> statement-breakpoint
CREATE INDEX "recording_copies_unarchived" ON "recording_copies" USING btree ("made_at") WHERE archived_at is null;--> statement-breakpoint
ALTER TABLE "recordings" ADD CONSTRAINT "recordings_place" CHECK ("recordings"."place" in ('local', 'bucket', 'copy'));