-- Reading open executions, and taking them for work. Every function here locks the execution's row
-- before anything under it, and never waits for a lock.

-- load_executions: the open executions of these ids, in this order, each with all that is needed to
-- decide its next step. Volatile on purpose: called on the ids that another function has just
-- locked, it reads with a snapshot taken after the locks, so that branch rows are never older than
-- the row above them.
--   branches      all branch rows by id: 8 bytes id, 4 bytes length, position; null when none
--   first_events  the history row with ExecutionStarted, which has the input
create or replace function pawl.load_executions(p_ids uuid[])
returns table (execution_id uuid, fence bigint, version bigint, last_event_id bigint,
               machine_deleted boolean, machine_id bigint, revision_id uuid, machine_name text,
               name text, started_at timestamptz, claimable_at timestamptz, root bytea,
               branches bytea, first_events bytea, role_arn text)
language plpgsql volatile as $$
begin
  return query
  select e.execution_id, e.fence, e.version, e.last_event_id, e.machine_deleted, e.machine_id,
         e.revision_id, e.machine_name, e.name, e.started_at, e.claimable_at, e.position,
         case when e.branch_count > 0 then
           (select string_agg(int8send(b.branch_id) || int4send(length(b.position)) || b.position, ''
                              order by b.branch_id)
              from pawl.branch b where b.execution_id = e.execution_id)
         end,
         h.events, r.role_arn
    from unnest(p_ids) with ordinality as wanted (id, place)
    join pawl.execution e on e.execution_id = wanted.id
    join pawl.history h on h.execution_id = e.execution_id and h.first_event_id = 1
    join pawl.state_machine_revision r on r.revision_id = e.revision_id
   order by wanted.place;
end;
$$;

-- claim_due: takes up to p_limit executions that are due and that nobody else has locked, and sets
-- them aside until p_until. Returns their ids, oldest first, for load_executions.
create or replace function pawl.claim_due(p_now timestamptz, p_until timestamptz, p_limit integer)
returns uuid[] language plpgsql volatile as $$
declare
  v_ids uuid[];
begin
  with due as (
    select e.execution_id, e.claimable_at from pawl.execution e
     where e.claimable_at <= p_now
     order by e.claimable_at limit p_limit for update skip locked),
  claimed as (
    update pawl.execution e set claimable_at = p_until
      from due where e.execution_id = due.execution_id
    returning e.execution_id, due.claimable_at as was_claimable_at)
  select array_agg(c.execution_id order by c.was_claimable_at) into v_ids from claimed c;
  return v_ids;
end;
$$;

-- lock_ready_roots, lock_ready_branches: the executions of up to p_limit ready tasks, oldest first,
-- whose rows nobody else has locked, locked until the end of the transaction. Of the execution
-- itself, and of its branches.
create or replace function pawl.lock_ready_roots(p_activity text, p_limit integer)
returns uuid[] language plpgsql volatile as $$
begin
  return coalesce((select array_agg(r.execution_id) from (
    select e.execution_id from pawl.execution e where e.ready_activity = p_activity
     order by e.ready_at limit p_limit for update skip locked) r), '{}');
end;
$$;

create or replace function pawl.lock_ready_branches(p_activity text, p_limit integer)
returns uuid[] language plpgsql volatile as $$
begin
  return coalesce((select array_agg(r.execution_id) from (
    select e.execution_id
      from pawl.branch b join pawl.execution e on e.execution_id = b.execution_id
     where b.ready_activity = p_activity
     order by b.ready_at limit p_limit for update of e skip locked) r), '{}');
end;
$$;

-- lock_ready: both together. Returns the ids of executions with ready tasks of an activity, locked,
-- at most p_limit, for load_executions. The kind that has the oldest task goes first, so that
-- neither can starve.
create or replace function pawl.lock_ready(p_activity text, p_limit integer)
returns uuid[] language plpgsql volatile as $$
declare
  v_root_at timestamptz := (select e.ready_at from pawl.execution e
                             where e.ready_activity = p_activity order by e.ready_at limit 1);
  v_branch_at timestamptz := (select b.ready_at from pawl.branch b
                               where b.ready_activity = p_activity order by b.ready_at limit 1);
  v_branches_first boolean := coalesce(v_branch_at < v_root_at, false);
  v_ids uuid[] := '{}';
begin
  if v_branches_first then
    v_ids := pawl.lock_ready_branches(p_activity, p_limit);
  end if;
  if cardinality(v_ids) < p_limit then
    v_ids := v_ids || pawl.lock_ready_roots(p_activity, p_limit - cardinality(v_ids));
  end if;
  if not v_branches_first and cardinality(v_ids) < p_limit then
    v_ids := v_ids || pawl.lock_ready_branches(p_activity, p_limit - cardinality(v_ids));
  end if;
  return array(select distinct i.id from unnest(v_ids) as i (id));
end;
$$;
