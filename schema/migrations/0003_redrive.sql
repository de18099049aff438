-- What      How often an execution has been redriven, and when last; which client tokens asked for it.
-- Why       RedriveExecution opens a closed execution again; lists and descriptions tell of it, and a
--           repeat of a call is answered as the call was.
-- Locks     execution and closed_execution, exclusively, for a moment: no row is rewritten.
--           child_wait against writes while its index is made.
-- Previous  A coordinator of the previous version goes on with executions that were redriven, and
--           forgets the count of those that it moves or closes: redrive once all are new.

alter table execution add column redrive_count integer, add column redriven_at timestamptz;
comment on column execution.redrive_count is
  'Null: never. The position has it too: it is a part of what the execution sees.';

alter table closed_execution add column redrive_count integer, add column redriven_at timestamptz;
comment on column closed_execution.redrive_count is 'Null: never.';
comment on table closed_execution is
  'What an execution came to. Written by the transition that closes it; a redrive deletes it.';

create index child_wait_parent_idx on child_wait (parent_id);
comment on index child_wait_parent_idx is
  'RedriveExecution: what the tasks of before wait for, and those that run again do not.';

create table redrive_token (
  execution_id uuid not null,
  redriven_at timestamptz not null,
  client_token text collate "C" not null,
  constraint redrive_token_pkey primary key (execution_id, client_token)
);
comment on table redrive_token is
  'The client tokens of the redrives of late: a repeat of one gets the same answer. Each redrive '
  'deletes some of those that are too old to be asked for.';
create index redrive_token_age_idx on redrive_token (redriven_at);
comment on index redrive_token_age_idx is 'RedriveExecution: those that are too old.';
