-- A chain that could be written anew would prove nothing, nor would a certificate that can be taken back.
CREATE FUNCTION refuse_change_of_proofs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER recording_proofs_append_only BEFORE UPDATE OR DELETE ON "recording_proofs"
	FOR EACH ROW EXECUTE FUNCTION refuse_change_of_proofs();
--> statement-breakpoint
CREATE TRIGGER deletion_certificates_append_only BEFORE UPDATE OR DELETE ON "deletion_certificates"
	FOR EACH ROW EXECUTE FUNCTION refuse_change_of_proofs();
--> statement-breakpoint
UPDATE "recordings" SET
	queue_id = call.queue_id,
	from_number = call.from_number,
	disposition = call.disposition,
	survey_score = call.survey_score,
	is_hold_exceeded = EXISTS (SELECT FROM hold_segments held WHERE held.call_id = call.call_id AND held.is_exceeded)
FROM "calls" call WHERE call.call_id = "recordings".call_id;
