-- What      Who waits for the end of which execution: tasks that run another state machine.
-- Why       The end of a child is told to its parent by a row that the child's closing leaves: two
--           transactions joined by a durable message.
-- Locks     Nothing that exists.
-- Previous  A coordinator of the previous version does not set `ended` when it closes a child.
--           None of its parents can wait for one, for it refuses their definitions.

create table child_wait (
  child_id uuid not null,
  parent_id uuid not null,
  branch_id bigint not null,
  nonce bigint not null,
  ended boolean not null default false,
  parsed boolean not null,
  constraint child_wait_pkey primary key (child_id, parent_id, branch_id, nonce)
);
comment on table child_wait is
  'One row per task that waits for the end of an execution. The statement that closes the '
  'execution marks it; it is deleted once its task has been told.';
comment on constraint child_wait_pkey on child_wait is
  'The closing of an execution looks here for those who wait for it.';
comment on column child_wait.nonce is 'Of the attempt of the task, as its token has it.';
comment on column child_wait.parsed is
  'The task gets the input and output of the child as JSON (.sync:2), not as text (.sync).';
create index child_wait_ended_idx on child_wait (child_id) where ended;
comment on index child_wait_ended_idx is 'EndedChildren: who is to be told.';
