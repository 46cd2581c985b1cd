ALTER TABLE "hold_segments" ADD COLUMN "prolonged_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "queues" ADD COLUMN "hold" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "hold_segments_started" ON "hold_segments" USING btree ("started_at");