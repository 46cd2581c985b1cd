CREATE TABLE "console_phone_credentials" (
	"agent_id" text PRIMARY KEY NOT NULL,
	"ha1_md5" text NOT NULL,
	"ha1_sha256" text NOT NULL,
	"set_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "console_phone_credentials" ADD CONSTRAINT "console_phone_credentials_agent_id_agents_agent_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("agent_id") ON DELETE cascade ON UPDATE no action;