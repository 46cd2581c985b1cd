ALTER TABLE "agents" ADD COLUMN "skill_levels" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "languages" jsonb DEFAULT '{"zh-CN":3}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "queues" ADD COLUMN "routing" jsonb DEFAULT '{}'::jsonb NOT NULL;