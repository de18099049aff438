-- The deletion of state machines.

-- random_fence: 64 random bits. Taken from those digits of a version 4 UUID that are random.
create or replace function pawl.random_fence()
returns bigint language sql volatile as $$
  select ('x' || left(u.digits, 1) || right(u.digits, 15))::bit(64)::bigint
    from (select replace(gen_random_uuid()::text, '-', '') as digits) u;
$$;

-- mark_machine_deleted: marks up to p_limit open executions of a machine that nobody has locked,
-- and gives each a new fence, so that a chain that has one in hand reads it again. Returns how many
-- it marked.
create or replace function pawl.mark_machine_deleted(p_machine_id bigint, p_limit integer)
returns integer language plpgsql as $$
declare
  v_marked integer;
begin
  with unmarked as (
    select e.execution_id from pawl.execution e join pawl.state_machine m on m.name = e.machine_name
     where m.machine_id = p_machine_id and e.machine_id = p_machine_id and not e.machine_deleted
     limit p_limit for update of e skip locked)
  update pawl.execution e set machine_deleted = true, fence = pawl.random_fence()
    from unmarked u where e.execution_id = u.execution_id;
  get diagnostics v_marked = row_count;
  return v_marked;
end;
$$;

-- finish_deletion: one step of the deletion of one machine. Its name becomes free once it has no
-- open execution.
create or replace function pawl.finish_deletion(p_machine_id bigint)
returns void language plpgsql as $$
begin
  perform pawl.mark_machine_deleted(p_machine_id, 500);
  update pawl.state_machine m set deleted_at = clock_timestamp()
   where m.machine_id = p_machine_id and m.deleting and m.deleted_at is null
     and not exists (select from pawl.execution e
                      where e.machine_name = m.name and e.machine_id = m.machine_id);
end;
$$;

-- finish_deletions: the same for all machines that are being deleted. A machine is looked at for a
-- minute more after it has gone: a start that had read it before may have committed since.
create or replace function pawl.finish_deletions()
returns void language plpgsql as $$
declare
  v_machine_id bigint;
begin
  for v_machine_id in
    select machine_id from pawl.state_machine
     where deleting and (deleted_at is null or deleted_at > clock_timestamp() - interval '1 minute')
     order by machine_id for update skip locked
  loop
    perform pawl.finish_deletion(v_machine_id);
  end loop;
end;
$$;

-- delete_machine: begins the deletion, and ends it where there is nothing to wait for. Versions and
-- aliases go at once. False when there is no machine of that name.
create or replace function pawl.delete_machine(p_name text)
returns boolean language plpgsql as $$
declare
  v_machine_id bigint;
begin
  update pawl.state_machine
     set deleting = true, deleting_at = coalesce(deleting_at, clock_timestamp())
   where name = p_name and deleted_at is null
  returning machine_id into v_machine_id;
  if v_machine_id is null then return false; end if;
  delete from pawl.state_machine_alias where machine_id = v_machine_id;
  delete from pawl.state_machine_version where machine_id = v_machine_id;
  perform pawl.finish_deletion(v_machine_id);
  return true;
end;
$$;
