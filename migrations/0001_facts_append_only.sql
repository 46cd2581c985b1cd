-- Facts are evidence: every figure and every row is made from them, so nothing may change or take away
-- one that is recorded, not even by mistake at a psql prompt.
CREATE FUNCTION refuse_change_of_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'facts are append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER facts_append_only BEFORE UPDATE OR DELETE ON "facts"
	FOR EACH ROW EXECUTE FUNCTION refuse_change_of_facts();
