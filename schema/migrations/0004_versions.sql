-- What      Published versions and aliases of state machines, which executions were started through
--           them, and tags.
-- Why       A version is a number that goes on standing for one revision; an alias is a name that
--           leads to one version or two.
-- Locks     state_machine and activity, for as long as it takes to note new columns.
-- Previous  A coordinator of the previous version goes on: it knows no versions, aliases and tags,
--           and refuses to start executions through them.

alter table state_machine
  add column last_version bigint not null default 0,
  add column tags jsonb not null default '{}';
comment on column state_machine.last_version is
  'The number of the version published last: none is ever given out twice.';

alter table activity
  add column encryption_configuration text not null default '',
  add column tags jsonb not null default '{}';

create table state_machine_version (
  machine_id bigint not null,
  version bigint not null,
  revision_id uuid not null,
  created_at timestamptz not null,
  description text not null,
  constraint state_machine_version_pkey primary key (machine_id, version)
);
comment on table state_machine_version is
  'The published versions of living state machines. Never updated.';
comment on constraint state_machine_version_pkey on state_machine_version is
  'GetVersion, ListVersions, the start of an execution by version or alias.';
create unique index state_machine_version_revision_idx
  on state_machine_version (machine_id, revision_id);
comment on index state_machine_version_revision_idx is
  'Which version a revision has been published as; it is published once.';

create table state_machine_alias (
  machine_id bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  name text collate "C" not null,
  description text not null,
  versions bigint[] not null,
  weights bigint[] not null,
  constraint state_machine_alias_pkey primary key (machine_id, name),
  constraint each_version_has_a_weight check (cardinality(versions) = cardinality(weights)),
  constraint leads_to_one_version_or_two check (cardinality(versions) between 1 and 2)
);
comment on table state_machine_alias is
  'Which versions an alias leads to, and how many in a hundred of its starts each of them gets.';
comment on constraint state_machine_alias_pkey on state_machine_alias is
  'GetAlias, ListAliases, the start of an execution by alias; at most a hundred per machine.';

-- Beside execution and closed_execution, not in them: what is started by the name of a machine alone
-- writes nothing here, and no transition touches it.
create table versioned_execution (
  execution_id uuid not null,
  version bigint not null,
  machine_name text collate "C" not null,
  alias text collate "C",
  constraint versioned_execution_pkey primary key (execution_id)
);
comment on table versioned_execution is
  'The executions that were started by a version or an alias. Written with the start, emptied by '
  'retention.';
create index versioned_execution_version_idx
  on versioned_execution (machine_name, version, execution_id desc);
comment on index versioned_execution_version_idx is 'ListExecutions of a version, newest first.';
create index versioned_execution_alias_idx
  on versioned_execution (machine_name, alias, execution_id desc) where alias is not null;
comment on index versioned_execution_alias_idx is 'ListExecutions of an alias, newest first.';
