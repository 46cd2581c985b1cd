CREATE TABLE "prompt_versions" (
	"prompt_id" text NOT NULL,
	"language" text NOT NULL,
	"version" integer NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"duration_ms" integer NOT NULL,
	"uploaded_by" text NOT NULL,
	"uploaded_at" timestamp(3) with time zone NOT NULL,
	"is_active" boolean DEFAULT false NOT NULL,
	"note" text,
	"deleted_at" timestamp(3) with time zone,
	CONSTRAINT "prompt_versions_pk" PRIMARY KEY("prompt_id","language","version"),
	CONSTRAINT "prompt_versions_language" CHECK ("prompt_versions"."language" in ('cmn', 'yue', 'en'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "prompt_versions_active" ON "prompt_versions" USING btree ("prompt_id","language") WHERE is_active;