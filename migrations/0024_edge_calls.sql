CREATE TABLE "edge_calls" (
	"caller_edge_id" text NOT NULL,
	"caller_dialog_id" text NOT NULL,
	"called_edge_id" text NOT NULL,
	"called_dialog_id" text NOT NULL,
	CONSTRAINT "edge_calls_caller_edge_id_caller_dialog_id_pk" PRIMARY KEY("caller_edge_id","caller_dialog_id")
);
