-- Weekly partitions of history and closed_execution: <table>_pYYYYMMDD, from a Monday (UTC) to the
-- next.

-- first_execution_id: the least id of an execution that began at p_at or later.
create or replace function pawl.first_execution_id(p_at timestamptz)
returns uuid language sql immutable strict parallel safe as $$
  select rpad(lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0'), 32, '0')::uuid;
$$;

-- make_partition: makes one partition of p_parent for the week that begins at p_monday, unless it
-- is there. Rows of that week that fell into the default partition are moved into it.
-- Locks        p_parent: share update exclusive (reads and writes go on); its default partition:
--              exclusive, which nobody notices while it is next to empty.
create or replace function pawl.make_partition(p_parent text, p_monday timestamptz)
returns void language plpgsql as $$
declare
  v_name text := p_parent || '_p' || to_char(p_monday at time zone 'UTC', 'YYYYMMDD');
  v_from uuid := pawl.first_execution_id(p_monday);
  v_to uuid := pawl.first_execution_id(p_monday + interval '168 hours');
begin
  if to_regclass('pawl.' || quote_ident(v_name)) is not null then return; end if;
  execute format('lock table pawl.%I in access exclusive mode', p_parent || '_default');
  execute format('create table pawl.%I (like pawl.%I including all)', v_name, p_parent);
  execute format(
    'with moved as (delete from pawl.%I where execution_id >= %L and execution_id < %L returning *)
     insert into pawl.%I select * from moved', p_parent || '_default', v_from, v_to, v_name);
  execute format('alter table pawl.%I attach partition pawl.%I for values from (%L) to (%L)',
                 p_parent, v_name, v_from, v_to);
end;
$$;

-- ensure_partitions: makes the partitions in which executions that begin from p_from to p_to
-- belong. A second call changes nothing.
create or replace function pawl.ensure_partitions(p_from timestamptz, p_to timestamptz)
returns void language plpgsql as $$
declare
  v_monday timestamptz := date_trunc('week', p_from at time zone 'UTC') at time zone 'UTC';
begin
  -- One at a time: two nodes that make the same partition would fail each other.
  perform pg_advisory_xact_lock(hashtextextended('pawl.partitions', 0));
  while v_monday <= p_to loop
    perform pawl.make_partition('history', v_monday);
    perform pawl.make_partition('closed_execution', v_monday);
    v_monday := v_monday + interval '168 hours';
  end loop;
end;
$$;

-- drop_week: drops the partitions of one week. What is still open, or was closed after p_before, is
-- moved to the default partitions first; the names of all else become free.
create or replace function pawl.drop_week(p_suffix text, p_before timestamptz)
returns void language plpgsql as $$
declare
  v_history text := 'history_' || p_suffix;
  v_closed text := 'closed_execution_' || p_suffix;
begin
  -- Before the locks below, for it may take a while.
  execute format(
    'delete from pawl.execution_name n using pawl.%I c
      where c.closed_at < %L and n.machine_name = c.machine_name and n.name = c.name
        and n.execution_id = c.execution_id', v_closed, p_before);
  execute format(
    'delete from pawl.versioned_execution v using pawl.%I c
      where c.closed_at < %L and v.execution_id = c.execution_id', v_closed, p_before);
  execute format('alter table pawl.history detach partition pawl.%I', v_history);
  execute format('alter table pawl.closed_execution detach partition pawl.%I', v_closed);
  execute format(
    'insert into pawl.history
     select h.* from pawl.%I h
      where exists (select from pawl.execution e where e.execution_id = h.execution_id)
         or exists (select from pawl.%I c where c.execution_id = h.execution_id and c.closed_at >= %L)',
    v_history, v_closed, p_before);
  execute format('insert into pawl.closed_execution select * from pawl.%I where closed_at >= %L',
                 v_closed, p_before);
  execute format('drop table pawl.%I', v_history);
  execute format('drop table pawl.%I', v_closed);
end;
$$;

-- drop_partitions_before: lets go of all executions that were closed before p_before and whose week
-- of start ended before it too. Returns how many weeks were dropped.
create or replace function pawl.drop_partitions_before(p_before timestamptz)
returns integer language plpgsql as $$
declare
  v_suffix text;
  v_dropped integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('pawl.partitions', 0));
  for v_suffix in
    select substr(c.relname, length('history_') + 1)
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'pawl.history'::regclass and c.relname ~ '^history_p[0-9]{8}$'
       and to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC'
           + interval '168 hours' <= p_before
     order by 1
  loop
    perform pawl.drop_week(v_suffix, p_before);
    v_dropped := v_dropped + 1;
  end loop;
  -- Those that outlived their partition, by now past it themselves.
  with gone as (
    delete from pawl.closed_execution_default
     where closed_at < p_before and execution_id < pawl.first_execution_id(p_before)
    returning execution_id, machine_name, name),
  forgotten as (
    delete from pawl.history_default h using gone g where h.execution_id = g.execution_id),
  unversioned as (
    delete from pawl.versioned_execution v using gone g where v.execution_id = g.execution_id)
  delete from pawl.execution_name n using gone g
   where n.machine_name = g.machine_name and n.name = g.name and n.execution_id = g.execution_id;
  return v_dropped;
end;
$$;
