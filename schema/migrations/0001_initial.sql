-- What      The first schema: state machines, activities, open and closed executions, history.
-- Why       There is nothing yet.
-- Locks     Nothing that exists.
-- Previous  There is no previous version.

-- Names compare by their bytes everywhere (collate "C"): lists have one order on every
-- installation, and an upgrade of the system's locale data cannot break an index.

create table cluster (
  created_at timestamptz not null default clock_timestamp(),
  only_row boolean not null default true,
  secret bytea not null,
  constraint cluster_has_one_row primary key (only_row),
  constraint cluster_row_is_the_one check (only_row),
  constraint secret_is_long_enough check (length(secret) >= 32)
);
comment on table cluster is
  'One row: what all nodes of this database share. The secret signs task tokens and page tokens.';
-- Two random UUIDs carry 244 random bits.
insert into cluster (secret)
values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

-- ------------------------------------------------------------------------------ state machines

-- Fixed-width columns first, so that no padding lies between them; what is long and rarely read
-- comes last.
create table state_machine (
  machine_id bigint generated always as identity,
  created_at timestamptz not null,
  deleting_at timestamptz,
  deleted_at timestamptz,
  current_revision_id uuid not null,
  deleting boolean not null default false,
  name text collate "C" not null,
  type text not null,
  constraint state_machine_pkey primary key (machine_id),
  constraint type_is_known check (type in ('STANDARD', 'EXPRESS')),
  constraint deleted_only_after_deleting check (deleted_at is null or deleting)
);
comment on table state_machine is
  'One row per state machine. A deleted one keeps its row, without its name: closed executions '
  'point to it.';
create unique index state_machine_name_idx on state_machine (name) where deleted_at is null;
comment on index state_machine_name_idx is
  'GetMachine and ListMachines by name; one living machine per name.';
create index state_machine_deleting_idx on state_machine (deleting_at) where deleting;
comment on index state_machine_deleting_idx is
  'FinishDeletions: the machines that still have to go.';

create table state_machine_revision (
  revision_id uuid not null,
  machine_id bigint not null,
  created_at timestamptz not null,
  initial boolean not null,
  role_arn text not null,
  logging_configuration text not null default '',
  tracing_configuration text not null default '',
  encryption_configuration text not null default '',
  definition text not null,
  constraint state_machine_revision_pkey primary key (revision_id)
);
comment on table state_machine_revision is
  'Never updated, never deleted: an execution names the revision it runs, and nodes cache it by '
  'its id.';

create table activity (
  created_at timestamptz not null,
  name text collate "C" not null,
  constraint activity_pkey primary key (name)
);
comment on table activity is 'The activities that tasks may name and workers may poll.';

-- ------------------------------------------------------------------------------ open executions

-- The row that every transition updates. Small, and with a third of each page left free, so that an
-- update that changes no indexed column (claimable_at, ready_activity, ready_at) finds room on its
-- own page and touches no index (heap-only). Fixed-width columns first, the position last. What
-- transitions write has no check constraints: PostgreSQL reads their expressions anew for each
-- statement, about 5 of its 60 microseconds; tests hold the same rules.
create table execution (
  execution_id uuid not null,
  revision_id uuid not null,
  fence bigint not null,
  version bigint not null,
  last_event_id bigint not null,
  machine_id bigint not null,
  started_at timestamptz not null,
  claimable_at timestamptz not null,
  ready_at timestamptz,
  branch_count integer not null,
  machine_deleted boolean not null default false,
  machine_name text collate "C" not null,
  name text collate "C" not null,
  ready_activity text collate "C",
  position bytea not null,
  constraint execution_pkey primary key (execution_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
comment on table execution is
  'The hot row of each open execution: its lock is the claim, its fence names the moment. '
  'Closing deletes it.';
comment on column execution.claimable_at is
  'When a node may take it up; infinity when nothing is due. A hint: what owns it is the row '
  'lock of a transition.';
comment on column execution.position is
  'pawl.storage.v1.Position of branch 0 and of the execution as a whole.';
create index execution_claimable_idx on execution (claimable_at);
comment on index execution_claimable_idx is
  'ClaimDue and NextClaimableAt: what is due, oldest first.';
create index execution_ready_idx
  on execution (ready_activity, ready_at) where ready_activity is not null;
comment on index execution_ready_idx is
  'HandOut: the oldest task of an activity that waits in branch 0.';
create index execution_list_idx on execution (machine_name, execution_id);
comment on index execution_list_idx is
  'ListExecutions of the open ones, newest first; the marking of a deleted machine''s executions.';

-- Branches of a Parallel, iterations of a Map. No foreign key: every statement that writes here has
-- locked the execution's row, and closing deletes all of them with it.
create table branch (
  execution_id uuid not null,
  branch_id bigint not null,
  ready_at timestamptz,
  ready_activity text collate "C",
  position bytea not null,
  constraint branch_pkey primary key (execution_id, branch_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
comment on table branch is
  'Positions under an execution. Never claimed alone, always locked after the execution''s row.';
create index branch_ready_idx on branch (ready_activity, ready_at) where ready_activity is not null;
comment on index branch_ready_idx is
  'HandOut: the oldest task of an activity that waits in a branch.';

-- ---------------------------------------------------------------------- names, history, closed

create table execution_name (
  execution_id uuid not null,
  machine_name text collate "C" not null,
  name text collate "C" not null,
  constraint execution_name_pkey primary key (machine_name, name)
);
comment on table execution_name is
  'Which execution a name means: makes a start happen once. Written with the start, emptied by '
  'retention.';

-- execution_id is a UUID of version 7: it begins with the start time in milliseconds, so a range of
-- ids is a range of start times. Partitions are made by ensure_partitions.
create table history (
  execution_id uuid not null,
  first_event_id bigint not null,
  occurred_at timestamptz not null,
  event_count integer not null,
  events bytea not null,
  constraint history_pkey primary key (execution_id, first_event_id)
) partition by range (execution_id);
comment on table history is
  'One row per transition that has events, holding all of them. Only ever appended.';
comment on constraint history_pkey on history is
  'GetHistory in both directions; LoadExecution reads the first row for the input.';
comment on column history.events is 'pawl.storage.v1.HistoryRow.';

create table closed_execution (
  execution_id uuid not null,
  revision_id uuid not null,
  machine_id bigint not null,
  started_at timestamptz not null,
  closed_at timestamptz not null,
  last_event_id bigint not null,
  fence bigint not null,
  status smallint not null,
  machine_name text collate "C" not null,
  name text collate "C" not null,
  error text,
  cause text,
  output text not null default '',
  constraint closed_execution_pkey primary key (execution_id),
  constraint status_is_final check (status between 2 and 5)
) partition by range (execution_id);
comment on column closed_execution.fence is
  'What the closing transition wrote: tells a node that lost the reply whether it was its own.';
comment on table closed_execution is
  'What an execution came to. Written once, by the transition that closes it.';
create index closed_execution_list_idx on closed_execution (machine_name, execution_id desc);
comment on index closed_execution_list_idx is 'ListExecutions of all closed ones, newest first.';
create index closed_execution_status_idx
  on closed_execution (machine_name, status, execution_id desc);
comment on index closed_execution_status_idx is 'ListExecutions by status, newest first.';

-- A safety net: what falls outside all partitions still has a place. Also the home of what outlives
-- its partition (drop_partitions_before).
create table history_default partition of history default;
create table closed_execution_default partition of closed_execution default;
