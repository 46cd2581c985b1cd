CREATE TABLE "address_bans" (
	"address" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"failures" integer NOT NULL,
	"banned_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "address_bans_reason" CHECK ("address_bans"."reason" in ('bad_password', 'unknown_source', 'probing'))
);
--> statement-breakpoint
CREATE TABLE "blocked_callers" (
	"number" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"approved_by" text NOT NULL,
	"blocked_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "dial_permits" (
	"permit_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dial_permits_permit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agent_id" text,
	"number" text NOT NULL,
	"ground" text NOT NULL,
	"granted_by" text NOT NULL,
	"granted_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone,
	CONSTRAINT "dial_permits_ground" CHECK ("dial_permits"."ground" in ('callback', 'directory', 'shift_leader'))
);
--> statement-breakpoint
CREATE TABLE "phone_bindings" (
	"agent_id" text NOT NULL,
	"uri" text NOT NULL,
	"device" text,
	"transport" text NOT NULL,
	"address" text NOT NULL,
	"port" integer NOT NULL,
	"edge_id" text NOT NULL,
	"user_agent" text NOT NULL,
	"registered_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"call_id" text NOT NULL,
	"cseq" bigint NOT NULL,
	"latency_ms" integer,
	CONSTRAINT "phone_bindings_pk" PRIMARY KEY("agent_id","uri"),
	CONSTRAINT "phone_bindings_transport" CHECK ("phone_bindings"."transport" in ('udp', 'tcp', 'tls', 'ws', 'wss'))
);
--> statement-breakpoint
CREATE TABLE "sip_credentials" (
	"agent_id" text PRIMARY KEY NOT NULL,
	"ha1_md5" text NOT NULL,
	"ha1_sha256" text NOT NULL,
	"set_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trunks" (
	"trunk_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"is_enabled" boolean NOT NULL,
	"addresses" text[] NOT NULL,
	"username" text,
	"ha1_md5" text,
	"ha1_sha256" text,
	"calls_max" integer NOT NULL,
	"calls_per_second_max" integer NOT NULL,
	CONSTRAINT "trunks_limits" CHECK (least("trunks"."calls_max", "trunks"."calls_per_second_max") >= 0),
	CONSTRAINT "trunks_digest" CHECK (num_nulls("trunks"."username", "trunks"."ha1_md5", "trunks"."ha1_sha256") in (0, 3))
);
--> statement-breakpoint
ALTER TABLE "dial_permits" ADD CONSTRAINT "dial_permits_agent_id_agents_agent_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("agent_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "phone_bindings" ADD CONSTRAINT "phone_bindings_agent_id_agents_agent_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("agent_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sip_credentials" ADD CONSTRAINT "sip_credentials_agent_id_agents_agent_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("agent_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dial_permits_agent" ON "dial_permits" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "phone_bindings_expires_at" ON "phone_bindings" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "trunks_username_unique" ON "trunks" USING btree ("username");