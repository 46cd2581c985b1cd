CREATE TABLE "agent_states" (
	"seq" bigint NOT NULL,
	"agent_id" text NOT NULL,
	"phase" text NOT NULL,
	"reason" text,
	"call_id" text,
	"started_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	"idle_since" timestamp(3) with time zone,
	CONSTRAINT "agent_states_pk" PRIMARY KEY("agent_id","seq"),
	CONSTRAINT "agent_states_phase" CHECK ("agent_states"."phase" in ('signed_out', 'not_ready', 'ready', 'offered', 'on_call', 'wrap_up')),
	CONSTRAINT "agent_states_reason" CHECK ("agent_states"."reason" in ('break', 'meal', 'training', 'meeting', 'off_seat', 'other', 'signed_in', 'rona', 'rejected', 'unreachable'))
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"agent_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"skills" text[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"call_id" text PRIMARY KEY NOT NULL,
	"leg_id" text NOT NULL,
	"node_id" text NOT NULL,
	"from_number" text NOT NULL,
	"to_number" text NOT NULL,
	"arrived_at" timestamp(3) with time zone NOT NULL,
	"queue_id" text,
	"priority" integer,
	"queued_at" timestamp(3) with time zone,
	"offered_at" timestamp(3) with time zone,
	"answered_at" timestamp(3) with time zone,
	"connected_at" timestamp(3) with time zone,
	"ended_at" timestamp(3) with time zone,
	"ending" text,
	"hangup_by" text,
	"cause" text,
	"agent_id" text,
	"wait_ms" bigint,
	"talk_ms" bigint,
	"hold_ms" bigint,
	"is_answered" boolean GENERATED ALWAYS AS (answered_at is not null) STORED,
	"is_connected" boolean GENERATED ALWAYS AS (connected_at is not null) STORED,
	"is_timely" boolean,
	"disposition" text,
	"summary" text,
	"written_up_at" timestamp(3) with time zone,
	"left_unrecorded" boolean DEFAULT false NOT NULL,
	CONSTRAINT "calls_ending" CHECK ("calls"."ending" in ('served', 'abandoned_waiting', 'abandoned_ringing', 'unknown_number', 'queue_full', 'no_agent', 'failed')),
	CONSTRAINT "calls_hangup_by" CHECK ("calls"."hangup_by" in ('caller', 'agent', 'system', 'unknown')),
	CONSTRAINT "calls_disposition" CHECK ("calls"."disposition" in ('answered', 'transferred', 'out_of_scope_referred', 'declined_with_explanation', 'work_order', 'silent', 'wrong_number', 'nuisance', 'test', 'dropped'))
);
--> statement-breakpoint
CREATE TABLE "facts" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"type" text NOT NULL,
	"call_id" text,
	"agent_id" text,
	"body" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hold_segments" (
	"call_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"segment" integer NOT NULL,
	"agent_id" text NOT NULL,
	"by" text NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	"duration_ms" bigint,
	"begin_prompt" text,
	"end_prompt" text,
	"is_exceeded" boolean DEFAULT false NOT NULL,
	"warned_at" timestamp(3) with time zone,
	"limit_count" integer DEFAULT 0 NOT NULL,
	"missing_prompt" boolean,
	CONSTRAINT "hold_segments_pk" PRIMARY KEY("call_id","seq"),
	CONSTRAINT "hold_segments_by" CHECK ("hold_segments"."by" in ('console', 'phone')),
	CONSTRAINT "hold_segments_begin_prompt" CHECK ("hold_segments"."begin_prompt" in ('system', 'agent')),
	CONSTRAINT "hold_segments_end_prompt" CHECK ("hold_segments"."end_prompt" in ('system', 'agent'))
);
--> statement-breakpoint
CREATE TABLE "numbers" (
	"number" text PRIMARY KEY NOT NULL,
	"queue_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "offers" (
	"leg_id" text PRIMARY KEY NOT NULL,
	"call_id" text NOT NULL,
	"queue_id" text NOT NULL,
	"agent_id" text NOT NULL,
	"offered_at" timestamp(3) with time zone NOT NULL,
	"ringing_at" timestamp(3) with time zone,
	"answered_at" timestamp(3) with time zone,
	"ended_at" timestamp(3) with time zone,
	"outcome" text,
	"ring_ms" bigint,
	"rings" integer,
	"is_late" boolean,
	"cause" text,
	"sip_status" integer,
	CONSTRAINT "offers_outcome" CHECK ("offers"."outcome" in ('answered', 'rejected', 'rona', 'unreachable', 'caller_abandoned', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "queues" (
	"queue_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"required_skills" text[] NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"waiting_max" integer DEFAULT 200 NOT NULL,
	"join_when_empty" boolean DEFAULT false NOT NULL,
	"ring_ms_max" integer DEFAULT 15000 NOT NULL,
	"answer_ms_max" integer DEFAULT 15000 NOT NULL,
	"hold_warning_ms" integer DEFAULT 20000 NOT NULL,
	"hold_ms_max" integer DEFAULT 30000 NOT NULL,
	"wrap_up_ms_max" integer DEFAULT 60000 NOT NULL,
	CONSTRAINT "queues_limits" CHECK (least("queues"."waiting_max", "queues"."answer_ms_max", "queues"."hold_warning_ms", "queues"."wrap_up_ms_max") >= 0 and least("queues"."ring_ms_max", "queues"."hold_ms_max") > 0)
);
--> statement-breakpoint
CREATE TABLE "recordings" (
	"path" text PRIMARY KEY NOT NULL,
	"call_id" text NOT NULL,
	"leg_id" text,
	"agent_id" text,
	"status" text NOT NULL,
	"requested_at" timestamp(3) with time zone NOT NULL,
	"started_at" timestamp(3) with time zone,
	"stopped_at" timestamp(3) with time zone,
	"checked_at" timestamp(3) with time zone,
	"duration_ms" bigint,
	"size_bytes" bigint,
	"sha256" text,
	"reason" text,
	CONSTRAINT "recordings_status" CHECK ("recordings"."status" in ('requested', 'recording', 'stopped', 'verified', 'missing'))
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"last_seen_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "skills" (
	"skill_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"user_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "users_user_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"username" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"password_hash" text NOT NULL,
	"agent_id" text,
	"disabled_at" timestamp(3) with time zone,
	CONSTRAINT "users_role" CHECK ("users"."role" in ('agent', 'shift_leader', 'qa_inspector', 'wallboard', 'admin'))
);
--> statement-breakpoint
ALTER TABLE "numbers" ADD CONSTRAINT "numbers_queue_id_queues_queue_id_fk" FOREIGN KEY ("queue_id") REFERENCES "public"."queues"("queue_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_agent_id_agents_agent_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("agent_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "agent_states_started" ON "agent_states" USING btree ("agent_id","started_at");--> statement-breakpoint
CREATE UNIQUE INDEX "agent_states_open" ON "agent_states" USING btree ("agent_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "calls_arrived" ON "calls" USING btree ("arrived_at","call_id");--> statement-breakpoint
CREATE INDEX "calls_queue_arrived" ON "calls" USING btree ("queue_id","arrived_at");--> statement-breakpoint
CREATE INDEX "calls_agent_arrived" ON "calls" USING btree ("agent_id","arrived_at");--> statement-breakpoint
CREATE INDEX "calls_from_number" ON "calls" USING btree ("from_number","arrived_at");--> statement-breakpoint
CREATE INDEX "calls_open" ON "calls" USING btree ("call_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "facts_call" ON "facts" USING btree ("call_id","seq");--> statement-breakpoint
CREATE INDEX "facts_at" ON "facts" USING btree ("at");--> statement-breakpoint
CREATE INDEX "hold_segments_agent_started" ON "hold_segments" USING btree ("agent_id","started_at");--> statement-breakpoint
CREATE INDEX "offers_call" ON "offers" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "offers_agent_offered" ON "offers" USING btree ("agent_id","offered_at");--> statement-breakpoint
CREATE INDEX "recordings_call" ON "recordings" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "recordings_requested" ON "recordings" USING btree ("requested_at","path");--> statement-breakpoint
CREATE INDEX "recordings_agent_requested" ON "recordings" USING btree ("agent_id","requested_at");--> statement-breakpoint
CREATE INDEX "recordings_unchecked" ON "recordings" USING btree ("path") WHERE status not in ('verified', 'missing');--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expires_at" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_username_unique" ON "users" USING btree (lower("username"));--> statement-breakpoint
CREATE UNIQUE INDEX "users_agent_unique" ON "users" USING btree ("agent_id");