--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pawl; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA pawl;


--
-- Name: await_child(uuid, uuid, bigint, bigint, boolean); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.await_child(p_child_id uuid, p_parent_id uuid, p_branch_id bigint, p_nonce bigint, p_parsed boolean) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare
  v_runs boolean;
begin
  update pawl.execution set fence = pawl.random_fence() where execution_id = p_child_id;
  v_runs := found;
  if not v_runs and not exists (select from pawl.closed_execution
                                 where execution_id = p_child_id) then
    return false;
  end if;
  insert into pawl.child_wait (child_id, parent_id, branch_id, nonce, parsed, ended)
  values (p_child_id, p_parent_id, p_branch_id, p_nonce, p_parsed, not v_runs)
  on conflict do nothing;
  return true;
end;
$$;


--
-- Name: claim_due(timestamp with time zone, timestamp with time zone, integer); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.claim_due(p_now timestamp with time zone, p_until timestamp with time zone, p_limit integer) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: delete_machine(text); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.delete_machine(p_name text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare
  v_machine_id bigint;
begin
  update pawl.state_machine
     set deleting = true, deleting_at = coalesce(deleting_at, clock_timestamp())
   where name = p_name and deleted_at is null
  returning machine_id into v_machine_id;
  if v_machine_id is null then return false; end if;
  perform pawl.finish_deletion(v_machine_id);
  return true;
end;
$$;


--
-- Name: drop_partitions_before(timestamp with time zone); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.drop_partitions_before(p_before timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    AS $_$
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
    delete from pawl.history_default h using gone g where h.execution_id = g.execution_id)
  delete from pawl.execution_name n using gone g
   where n.machine_name = g.machine_name and n.name = g.name and n.execution_id = g.execution_id;
  return v_dropped;
end;
$_$;


--
-- Name: drop_week(text, timestamp with time zone); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.drop_week(p_suffix text, p_before timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  v_history text := 'history_' || p_suffix;
  v_closed text := 'closed_execution_' || p_suffix;
begin
  -- Before the locks below, for it may take a while.
  execute format(
    'delete from pawl.execution_name n using pawl.%I c
      where c.closed_at < %L and n.machine_name = c.machine_name and n.name = c.name
        and n.execution_id = c.execution_id', v_closed, p_before);
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


--
-- Name: ensure_partitions(timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.ensure_partitions(p_from timestamp with time zone, p_to timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: finish_deletion(bigint); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.finish_deletion(p_machine_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform pawl.mark_machine_deleted(p_machine_id, 500);
  update pawl.state_machine m set deleted_at = clock_timestamp()
   where m.machine_id = p_machine_id and m.deleting and m.deleted_at is null
     and not exists (select from pawl.execution e
                      where e.machine_name = m.name and e.machine_id = m.machine_id);
end;
$$;


--
-- Name: finish_deletions(); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.finish_deletions() RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: first_execution_id(timestamp with time zone); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.first_execution_id(p_at timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
  select rpad(lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0'), 32, '0')::uuid;
$$;


--
-- Name: load_executions(uuid[]); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.load_executions(p_ids uuid[]) RETURNS TABLE(execution_id uuid, fence bigint, version bigint, last_event_id bigint, machine_deleted boolean, machine_id bigint, revision_id uuid, machine_name text, name text, started_at timestamp with time zone, claimable_at timestamp with time zone, root bytea, branches bytea, first_events bytea, role_arn text)
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: lock_ready(text, integer); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.lock_ready(p_activity text, p_limit integer) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: lock_ready_branches(text, integer); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.lock_ready_branches(p_activity text, p_limit integer) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
begin
  return coalesce((select array_agg(r.execution_id) from (
    select e.execution_id
      from pawl.branch b join pawl.execution e on e.execution_id = b.execution_id
     where b.ready_activity = p_activity
     order by b.ready_at limit p_limit for update of e skip locked) r), '{}');
end;
$$;


--
-- Name: lock_ready_roots(text, integer); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.lock_ready_roots(p_activity text, p_limit integer) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
begin
  return coalesce((select array_agg(r.execution_id) from (
    select e.execution_id from pawl.execution e where e.ready_activity = p_activity
     order by e.ready_at limit p_limit for update skip locked) r), '{}');
end;
$$;


--
-- Name: make_partition(text, timestamp with time zone); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.make_partition(p_parent text, p_monday timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: mark_machine_deleted(bigint, integer); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.mark_machine_deleted(p_machine_id bigint, p_limit integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: random_fence(); Type: FUNCTION; Schema: pawl; Owner: -
--

CREATE FUNCTION pawl.random_fence() RETURNS bigint
    LANGUAGE sql
    AS $$
  select ('x' || left(u.digits, 1) || right(u.digits, 15))::bit(64)::bigint
    from (select replace(gen_random_uuid()::text, '-', '') as digits) u;
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: activity; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.activity (
    created_at timestamp with time zone NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: TABLE activity; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.activity IS 'The activities that tasks may name and workers may poll.';


--
-- Name: branch; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.branch (
    execution_id uuid NOT NULL,
    branch_id bigint NOT NULL,
    ready_at timestamp with time zone,
    ready_activity text COLLATE pg_catalog."C",
    "position" bytea NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.05', autovacuum_vacuum_cost_delay='0');


--
-- Name: TABLE branch; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.branch IS 'Positions under an execution. Never claimed alone, always locked after the execution''s row.';


--
-- Name: child_wait; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.child_wait (
    child_id uuid NOT NULL,
    parent_id uuid NOT NULL,
    branch_id bigint NOT NULL,
    nonce bigint NOT NULL,
    ended boolean DEFAULT false NOT NULL,
    parsed boolean NOT NULL
);


--
-- Name: TABLE child_wait; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.child_wait IS 'One row per task that waits for the end of an execution. The statement that closes the execution marks it; it is deleted once its task has been told.';


--
-- Name: COLUMN child_wait.nonce; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.child_wait.nonce IS 'Of the attempt of the task, as its token has it.';


--
-- Name: COLUMN child_wait.parsed; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.child_wait.parsed IS 'The task gets the input and output of the child as JSON (.sync:2), not as text (.sync).';


--
-- Name: closed_execution; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.closed_execution (
    execution_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    machine_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    last_event_id bigint NOT NULL,
    fence bigint NOT NULL,
    status smallint NOT NULL,
    machine_name text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    error text,
    cause text,
    output text DEFAULT ''::text NOT NULL,
    CONSTRAINT status_is_final CHECK (((status >= 2) AND (status <= 5)))
)
PARTITION BY RANGE (execution_id);


--
-- Name: TABLE closed_execution; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.closed_execution IS 'What an execution came to. Written once, by the transition that closes it.';


--
-- Name: COLUMN closed_execution.fence; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.closed_execution.fence IS 'What the closing transition wrote: tells a node that lost the reply whether it was its own.';


--
-- Name: closed_execution_default; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.closed_execution_default (
    execution_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    machine_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    last_event_id bigint NOT NULL,
    fence bigint NOT NULL,
    status smallint NOT NULL,
    machine_name text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    error text,
    cause text,
    output text DEFAULT ''::text NOT NULL,
    CONSTRAINT status_is_final CHECK (((status >= 2) AND (status <= 5)))
);


--
-- Name: closed_execution_p20261123; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.closed_execution_p20261123 (
    execution_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    machine_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    last_event_id bigint NOT NULL,
    fence bigint NOT NULL,
    status smallint NOT NULL,
    machine_name text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    error text,
    cause text,
    output text DEFAULT ''::text NOT NULL,
    CONSTRAINT status_is_final CHECK (((status >= 2) AND (status <= 5)))
);


--
-- Name: COLUMN closed_execution_p20261123.fence; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.closed_execution_p20261123.fence IS 'What the closing transition wrote: tells a node that lost the reply whether it was its own.';


--
-- Name: closed_execution_p20261130; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.closed_execution_p20261130 (
    execution_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    machine_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    last_event_id bigint NOT NULL,
    fence bigint NOT NULL,
    status smallint NOT NULL,
    machine_name text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    error text,
    cause text,
    output text DEFAULT ''::text NOT NULL,
    CONSTRAINT status_is_final CHECK (((status >= 2) AND (status <= 5)))
);


--
-- Name: COLUMN closed_execution_p20261130.fence; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.closed_execution_p20261130.fence IS 'What the closing transition wrote: tells a node that lost the reply whether it was its own.';


--
-- Name: closed_execution_p20261207; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.closed_execution_p20261207 (
    execution_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    machine_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    last_event_id bigint NOT NULL,
    fence bigint NOT NULL,
    status smallint NOT NULL,
    machine_name text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    error text,
    cause text,
    output text DEFAULT ''::text NOT NULL,
    CONSTRAINT status_is_final CHECK (((status >= 2) AND (status <= 5)))
);


--
-- Name: COLUMN closed_execution_p20261207.fence; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.closed_execution_p20261207.fence IS 'What the closing transition wrote: tells a node that lost the reply whether it was its own.';


--
-- Name: closed_execution_p20261214; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.closed_execution_p20261214 (
    execution_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    machine_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    last_event_id bigint NOT NULL,
    fence bigint NOT NULL,
    status smallint NOT NULL,
    machine_name text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    error text,
    cause text,
    output text DEFAULT ''::text NOT NULL,
    CONSTRAINT status_is_final CHECK (((status >= 2) AND (status <= 5)))
);


--
-- Name: COLUMN closed_execution_p20261214.fence; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.closed_execution_p20261214.fence IS 'What the closing transition wrote: tells a node that lost the reply whether it was its own.';


--
-- Name: closed_execution_p20261221; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.closed_execution_p20261221 (
    execution_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    machine_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    last_event_id bigint NOT NULL,
    fence bigint NOT NULL,
    status smallint NOT NULL,
    machine_name text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    error text,
    cause text,
    output text DEFAULT ''::text NOT NULL,
    CONSTRAINT status_is_final CHECK (((status >= 2) AND (status <= 5)))
);


--
-- Name: COLUMN closed_execution_p20261221.fence; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.closed_execution_p20261221.fence IS 'What the closing transition wrote: tells a node that lost the reply whether it was its own.';


--
-- Name: cluster; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.cluster (
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    only_row boolean DEFAULT true NOT NULL,
    secret bytea NOT NULL,
    CONSTRAINT cluster_row_is_the_one CHECK (only_row),
    CONSTRAINT secret_is_long_enough CHECK ((length(secret) >= 32))
);


--
-- Name: TABLE cluster; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.cluster IS 'One row: what all nodes of this database share. The secret signs task tokens and page tokens.';


--
-- Name: execution; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.execution (
    execution_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    fence bigint NOT NULL,
    version bigint NOT NULL,
    last_event_id bigint NOT NULL,
    machine_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    claimable_at timestamp with time zone NOT NULL,
    ready_at timestamp with time zone,
    branch_count integer NOT NULL,
    machine_deleted boolean DEFAULT false NOT NULL,
    machine_name text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    ready_activity text COLLATE pg_catalog."C",
    "position" bytea NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.05', autovacuum_vacuum_cost_delay='0');


--
-- Name: TABLE execution; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.execution IS 'The hot row of each open execution: its lock is the claim, its fence names the moment. Closing deletes it.';


--
-- Name: COLUMN execution.claimable_at; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.execution.claimable_at IS 'When a node may take it up; infinity when nothing is due. A hint: what owns it is the row lock of a transition.';


--
-- Name: COLUMN execution."position"; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.execution."position" IS 'pawl.storage.v1.Position of branch 0 and of the execution as a whole.';


--
-- Name: execution_name; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.execution_name (
    execution_id uuid NOT NULL,
    machine_name text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: TABLE execution_name; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.execution_name IS 'Which execution a name means: makes a start happen once. Written with the start, emptied by retention.';


--
-- Name: history; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.history (
    execution_id uuid NOT NULL,
    first_event_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_count integer NOT NULL,
    events bytea NOT NULL
)
PARTITION BY RANGE (execution_id);


--
-- Name: TABLE history; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.history IS 'One row per transition that has events, holding all of them. Only ever appended.';


--
-- Name: COLUMN history.events; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.history.events IS 'pawl.storage.v1.HistoryRow.';


--
-- Name: history_default; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.history_default (
    execution_id uuid NOT NULL,
    first_event_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_count integer NOT NULL,
    events bytea NOT NULL
);


--
-- Name: history_p20261123; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.history_p20261123 (
    execution_id uuid NOT NULL,
    first_event_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_count integer NOT NULL,
    events bytea NOT NULL
);


--
-- Name: COLUMN history_p20261123.events; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.history_p20261123.events IS 'pawl.storage.v1.HistoryRow.';


--
-- Name: history_p20261130; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.history_p20261130 (
    execution_id uuid NOT NULL,
    first_event_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_count integer NOT NULL,
    events bytea NOT NULL
);


--
-- Name: COLUMN history_p20261130.events; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.history_p20261130.events IS 'pawl.storage.v1.HistoryRow.';


--
-- Name: history_p20261207; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.history_p20261207 (
    execution_id uuid NOT NULL,
    first_event_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_count integer NOT NULL,
    events bytea NOT NULL
);


--
-- Name: COLUMN history_p20261207.events; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.history_p20261207.events IS 'pawl.storage.v1.HistoryRow.';


--
-- Name: history_p20261214; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.history_p20261214 (
    execution_id uuid NOT NULL,
    first_event_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_count integer NOT NULL,
    events bytea NOT NULL
);


--
-- Name: COLUMN history_p20261214.events; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.history_p20261214.events IS 'pawl.storage.v1.HistoryRow.';


--
-- Name: history_p20261221; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.history_p20261221 (
    execution_id uuid NOT NULL,
    first_event_id bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_count integer NOT NULL,
    events bytea NOT NULL
);


--
-- Name: COLUMN history_p20261221.events; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON COLUMN pawl.history_p20261221.events IS 'pawl.storage.v1.HistoryRow.';


--
-- Name: schema_migration; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.schema_migration (
    version integer NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    name text NOT NULL,
    checksum bytea NOT NULL,
    CONSTRAINT checksum_is_sha256 CHECK ((length(checksum) = 32))
);


--
-- Name: TABLE schema_migration; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.schema_migration IS 'The migrations this database has had. A file whose checksum has changed is an error: tables are frozen.';


--
-- Name: state_machine; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.state_machine (
    machine_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    deleting_at timestamp with time zone,
    deleted_at timestamp with time zone,
    current_revision_id uuid NOT NULL,
    deleting boolean DEFAULT false NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL,
    CONSTRAINT deleted_only_after_deleting CHECK (((deleted_at IS NULL) OR deleting)),
    CONSTRAINT type_is_known CHECK ((type = ANY (ARRAY['STANDARD'::text, 'EXPRESS'::text])))
);


--
-- Name: TABLE state_machine; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.state_machine IS 'One row per state machine. A deleted one keeps its row, without its name: closed executions point to it.';


--
-- Name: state_machine_machine_id_seq; Type: SEQUENCE; Schema: pawl; Owner: -
--

ALTER TABLE pawl.state_machine ALTER COLUMN machine_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME pawl.state_machine_machine_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: state_machine_revision; Type: TABLE; Schema: pawl; Owner: -
--

CREATE TABLE pawl.state_machine_revision (
    revision_id uuid NOT NULL,
    machine_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    initial boolean NOT NULL,
    role_arn text NOT NULL,
    logging_configuration text DEFAULT ''::text NOT NULL,
    tracing_configuration text DEFAULT ''::text NOT NULL,
    encryption_configuration text DEFAULT ''::text NOT NULL,
    definition text NOT NULL
);


--
-- Name: TABLE state_machine_revision; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON TABLE pawl.state_machine_revision IS 'Never updated, never deleted: an execution names the revision it runs, and nodes cache it by its id.';


--
-- Name: closed_execution_default; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution ATTACH PARTITION pawl.closed_execution_default DEFAULT;


--
-- Name: closed_execution_p20261123; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution ATTACH PARTITION pawl.closed_execution_p20261123 FOR VALUES FROM ('01a205b3-d000-0000-0000-000000000000') TO ('01a229c0-5400-0000-0000-000000000000');


--
-- Name: closed_execution_p20261130; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution ATTACH PARTITION pawl.closed_execution_p20261130 FOR VALUES FROM ('01a229c0-5400-0000-0000-000000000000') TO ('01a24dcc-d800-0000-0000-000000000000');


--
-- Name: closed_execution_p20261207; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution ATTACH PARTITION pawl.closed_execution_p20261207 FOR VALUES FROM ('01a24dcc-d800-0000-0000-000000000000') TO ('01a271d9-5c00-0000-0000-000000000000');


--
-- Name: closed_execution_p20261214; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution ATTACH PARTITION pawl.closed_execution_p20261214 FOR VALUES FROM ('01a271d9-5c00-0000-0000-000000000000') TO ('01a295e5-e000-0000-0000-000000000000');


--
-- Name: closed_execution_p20261221; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution ATTACH PARTITION pawl.closed_execution_p20261221 FOR VALUES FROM ('01a295e5-e000-0000-0000-000000000000') TO ('01a2b9f2-6400-0000-0000-000000000000');


--
-- Name: history_default; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history ATTACH PARTITION pawl.history_default DEFAULT;


--
-- Name: history_p20261123; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history ATTACH PARTITION pawl.history_p20261123 FOR VALUES FROM ('01a205b3-d000-0000-0000-000000000000') TO ('01a229c0-5400-0000-0000-000000000000');


--
-- Name: history_p20261130; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history ATTACH PARTITION pawl.history_p20261130 FOR VALUES FROM ('01a229c0-5400-0000-0000-000000000000') TO ('01a24dcc-d800-0000-0000-000000000000');


--
-- Name: history_p20261207; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history ATTACH PARTITION pawl.history_p20261207 FOR VALUES FROM ('01a24dcc-d800-0000-0000-000000000000') TO ('01a271d9-5c00-0000-0000-000000000000');


--
-- Name: history_p20261214; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history ATTACH PARTITION pawl.history_p20261214 FOR VALUES FROM ('01a271d9-5c00-0000-0000-000000000000') TO ('01a295e5-e000-0000-0000-000000000000');


--
-- Name: history_p20261221; Type: TABLE ATTACH; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history ATTACH PARTITION pawl.history_p20261221 FOR VALUES FROM ('01a295e5-e000-0000-0000-000000000000') TO ('01a2b9f2-6400-0000-0000-000000000000');


--
-- Data for Name: activity; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.activity (created_at, name) FROM stdin;
2026-11-27 08:32:19.145989+00	work
\.


--
-- Data for Name: branch; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.branch (execution_id, branch_id, ready_at, ready_activity, "position") FROM stdin;
01a21c22-4b44-7000-bf5f-92ccb53252e1	1	2026-11-27 08:32:19.268+00	work	\\x20032a0141400449a001f6e53d6106005005724f0a04776f726b123361726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a61637469766974793a776f726b190a84ace08f981476280131a001f6e53d610600800101a80103
01a21c22-4b44-7000-bf5f-92ccb53252e1	2	2026-11-27 08:32:19.268+00	work	\\x100120032a0142400649a001f6e53d6106005007724f0a04776f726b123361726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a61637469766974793a776f726b192e9c59cdd66114bb280131a001f6e53d610600800101a80103
01a21c22-4b54-7000-8c5d-79d37704f6ee	1	2026-11-27 08:32:19.284+00	work	\\x20032a01493201314005492040f6e53d6106005006724f0a04776f726b123361726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a61637469766974793a776f726b1972e2ac41aff97bf62801312040f6e53d610600880101a80104
\.


--
-- Data for Name: child_wait; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.child_wait (child_id, parent_id, branch_id, nonce, ended, parsed) FROM stdin;
01a21c22-4b64-7000-a9b5-c95d845c3508	01a21c22-4b61-7000-9122-e41facaed070	0	-1019828583324815127	f	t
\.


--
-- Data for Name: closed_execution_default; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.closed_execution_default (execution_id, revision_id, machine_id, started_at, closed_at, last_event_id, fence, status, machine_name, name, error, cause, output) FROM stdin;
\.


--
-- Data for Name: closed_execution_p20261123; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.closed_execution_p20261123 (execution_id, revision_id, machine_id, started_at, closed_at, last_event_id, fence, status, machine_name, name, error, cause, output) FROM stdin;
01a21c22-4ae5-7000-8e17-af6f07a1e43c	38bf33f1-a70f-4428-ae39-d2410937f9a8	1	2026-11-27 08:32:19.173+00	2026-11-27 08:32:19.202+00	4	8879953859742221306	2	pass	one	\N	\N	{"from": "before the upgrade"}
\.


--
-- Data for Name: closed_execution_p20261130; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.closed_execution_p20261130 (execution_id, revision_id, machine_id, started_at, closed_at, last_event_id, fence, status, machine_name, name, error, cause, output) FROM stdin;
\.


--
-- Data for Name: closed_execution_p20261207; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.closed_execution_p20261207 (execution_id, revision_id, machine_id, started_at, closed_at, last_event_id, fence, status, machine_name, name, error, cause, output) FROM stdin;
\.


--
-- Data for Name: closed_execution_p20261214; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.closed_execution_p20261214 (execution_id, revision_id, machine_id, started_at, closed_at, last_event_id, fence, status, machine_name, name, error, cause, output) FROM stdin;
\.


--
-- Data for Name: closed_execution_p20261221; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.closed_execution_p20261221 (execution_id, revision_id, machine_id, started_at, closed_at, last_event_id, fence, status, machine_name, name, error, cause, output) FROM stdin;
\.


--
-- Data for Name: cluster; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.cluster (created_at, only_row, secret) FROM stdin;
2026-11-27 08:32:18.716367+00	t	\\x03fd90da56984e08a0924c2b83c8e57af744aed1f7a84d639e55fffd6cd094e6
\.


--
-- Data for Name: execution; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.execution (execution_id, revision_id, fence, version, last_event_id, machine_id, started_at, claimable_at, ready_at, branch_count, machine_deleted, machine_name, name, ready_activity, "position") FROM stdin;
01a21c22-4b3c-7000-965e-a3c2c2d34a30	c62beadc-60e8-4141-a624-c930b7ee2bd3	7132698416433234677	2	4	3	2026-11-27 08:32:19.26+00	2030-01-27 18:18:58.26+00	\N	0	f	wait	one	\N	\\x20022a015940044960e2f5e53d61060050046120e060f630bc060080010192010b08011960e2f5e53d610600a80103
01a21c22-4b44-7000-bf5f-92ccb53252e1	278cfeea-02bc-4c63-8a20-4fc187f4ae49	-790652023944360228	1	7	4	2026-11-27 08:32:19.268+00	infinity	\N	2	f	parallel	one	\N	\\x20062a0150400249a001f6e53d61060050037a040802100280010192010b080319a001f6e53d610600a80100
01a21c22-4b54-7000-8c5d-79d37704f6ee	035974b0-2a48-4e68-a128-0ac27dd803a3	-8522000722448345715	1	6	5	2026-11-27 08:32:19.284+00	infinity	\N	1	f	map	one	\N	\\x20062a014d4002492040f6e53d61060050037a0608021001200180010192010b0802192040f6e53d610600a80100
01a21c22-4b64-7000-a9b5-c95d845c3508	fc28e5df-cb74-4c3e-afa3-14d997976243	3879661780578135797	1	3	6	2026-11-27 08:32:19.3+00	infinity	2026-11-27 08:32:19.3+00	0	f	child	8d02c354-352e-4726-98eb-133f8beda0e2	work	\\x20032a0143400249a07ef6e53d6106005003724f0a04776f726b123361726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a61637469766974793a776f726b19be19936867f5fecb280131a07ef6e53d61060080010192010b080119a07ef6e53d610600a80100
01a21c22-4b61-7000-9122-e41facaed070	1a75dcf6-fa60-4c5c-ad9a-5b48de92140a	-7735680530851006842	3	5	7	2026-11-27 08:32:19.297+00	infinity	\N	0	f	parent	one	\N	\\x20082a0153400249e872f6e53d610600500572a5010a053a63616c6c122d61726e3a6177733a7374617465733a3a3a7374617465733a7374617274457865637574696f6e2e73796e633a3219e97022874ed7d8f1224e7b2253746174654d616368696e6541726e223a2261726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a73746174654d616368696e653a6368696c64227d31e872f6e53d6106004801500261e872f6e53d61060080010192010b080119e09df6e53d610600a80100
01a21c22-4b1c-7000-8123-bdd0ec989d8b	0d0f21f3-830f-4bd1-8d2b-f921ae347896	-8906827914660776978	3	4	2	2026-11-27 08:32:19.228+00	2030-01-27 18:18:58.236+00	\N	0	f	task	one	\N	\\x20042a01544002496065f5e53d610600500461608260f630bc060072560a04776f726b123361726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a61637469766974793a776f726b19f2c94d7ef54853b12801316065f5e53d61060038ffc1d72f480180010192010b080119a084f5e53d610600a80100
\.


--
-- Data for Name: execution_name; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.execution_name (execution_id, machine_name, name) FROM stdin;
01a21c22-4ae5-7000-8e17-af6f07a1e43c	pass	one
01a21c22-4b1c-7000-8123-bdd0ec989d8b	task	one
01a21c22-4b3c-7000-965e-a3c2c2d34a30	wait	one
01a21c22-4b44-7000-bf5f-92ccb53252e1	parallel	one
01a21c22-4b54-7000-8c5d-79d37704f6ee	map	one
01a21c22-4b61-7000-9122-e41facaed070	parent	one
01a21c22-4b64-7000-a9b5-c95d845c3508	child	8d02c354-352e-4726-98eb-133f8beda0e2
\.


--
-- Data for Name: history_default; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.history_default (execution_id, first_event_id, occurred_at, event_count, events) FROM stdin;
\.


--
-- Data for Name: history_p20261123; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.history_p20261123 (execution_id, first_event_id, occurred_at, event_count, events) FROM stdin;
01a21c22-4ae5-7000-8e17-af6f07a1e43c	1	2026-11-27 08:32:19.173+00	2	\\x0a1e7b2266726f6d223a20226265666f7265207468652075706772616465227d0a2061726e3a6177733a69616d3a3a3030303030303030303030303a726f6c652f720a015011e54a221ca20100001a060801280150021a06080a20032801
01a21c22-4ae5-7000-8e17-af6f07a1e43c	3	2026-11-27 08:32:19.202+00	2	\\x0a01500a1e7b2266726f6d223a20226265666f7265207468652075706772616465227d11024b221ca20100001a08080b1002200128021a06080210032802
01a21c22-4b1c-7000-8123-bdd0ec989d8b	1	2026-11-27 08:32:19.228+00	3	\\x0a1e7b2266726f6d223a20226265666f7265207468652075706772616465227d0a2061726e3a6177733a69616d3a3a3030303030303030303030303a726f6c652f720a01540a3361726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a61637469766974793a776f726b111c4b221ca20100001a060801280150021a06080c200328011a0d083210022801400458ffc1d72f
01a21c22-4b1c-7000-8123-bdd0ec989d8b	4	2026-11-27 08:32:19.236+00	1	\\x0a066265666f726511244b221ca20100001a06083310034801
01a21c22-4b3c-7000-965e-a3c2c2d34a30	1	2026-11-27 08:32:19.26+00	2	\\x0a1e7b2266726f6d223a20226265666f7265207468652075706772616465227d0a2061726e3a6177733a69616d3a3a3030303030303030303030303a726f6c652f720a0157113c4b221ca20100001a060801280150021a06081120032801
01a21c22-4b3c-7000-965e-a3c2c2d34a30	3	2026-11-27 08:32:19.26+00	2	\\x0a01570a1e7b2266726f6d223a20226265666f7265207468652075706772616465227d0a0159113c4b221ca20100001a0808121002200128021a080811100320032802
01a21c22-4b44-7000-bf5f-92ccb53252e1	1	2026-11-27 08:32:19.268+00	7	\\x0a1e7b2266726f6d223a20226265666f7265207468652075706772616465227d0a2061726e3a6177733a69616d3a3a3030303030303030303030303a726f6c652f720a01500a01410a3361726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a61637469766974793a776f726b0a014211444b221ca20100001a060801280150021a060817200328011a04081910021a08080c1003200428011a0808321004280140051a08080c1003200628011a080832100628014005
01a21c22-4b54-7000-8c5d-79d37704f6ee	1	2026-11-27 08:32:19.284+00	6	\\x0a065b312c20325d0a2061726e3a6177733a69616d3a3a3030303030303030303030303a726f6c652f720a014d0a01490a01310a3361726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a61637469766974793a776f726b11544b221ca20100001a060801280150021a06081d200328011a06081f100268021a0808231003200370001a08080c1004200428051a080832100528054006
01a21c22-4b61-7000-9122-e41facaed070	1	2026-11-27 08:32:19.297+00	4	\\x0a1e7b2266726f6d223a20226265666f7265207468652075706772616465227d0a2061726e3a6177733a69616d3a3a3030303030303030303030303a726f6c652f720a01530a4e7b2253746174654d616368696e6541726e223a2261726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a73746174654d616368696e653a6368696c64227d0a2d61726e3a6177733a7374617465733a3a3a7374617465733a7374617274457865637574696f6e2e73796e633a320a0975732d656173742d310a4e4151476948434a4c595841416b534c6b483679753048414141414141414141414150485931303648496e44704f6d4e686247786959574e72426c773546684a506271566d72696d7162676a78686711614b221ca20100001a060801280150021a06080c200328011a0e0846100228044005a00106a801071a06084710034005
01a21c22-4b64-7000-a9b5-c95d845c3508	1	2026-11-27 08:32:19.3+00	3	\\x0a027b7d0a2061726e3a6177733a69616d3a3a3030303030303030303030303a726f6c652f720a01430a3361726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a61637469766974793a776f726b11644b221ca20100001a060801280150021a06080c200328011a080832100228014004
01a21c22-4b61-7000-9122-e41facaed070	5	2026-11-27 08:32:19.308+00	1	\\x0aa4057b22457865637574696f6e41726e223a2261726e3a6177733a7374617465733a75732d656173742d313a3030303030303030303030303a657865637574696f6e3a6368696c643a38643032633335342d333532652d343732362d393865622d313333663862656461306532222c2253646b487474704d65746164617461223a7b22416c6c4874747048656164657273223a7b22636f6e6e656374696f6e223a5b226b6565702d616c697665225d2c22436f6e74656e742d4c656e677468223a5b22313336225d2c22436f6e74656e742d54797065223a5b226170706c69636174696f6e2f782d616d7a2d6a736f6e2d312e30225d2c2244617465223a5b224672692c203237204e6f7620323032362030383a33323a313920474d54225d2c22782d616d7a6e2d526571756573744964223a5b2238643032633335342d333532652d343732362d393865622d313333663862656461306532225d7d2c224874747048656164657273223a7b22636f6e6e656374696f6e223a226b6565702d616c697665222c22436f6e74656e742d4c656e677468223a22313336222c22436f6e74656e742d54797065223a226170706c69636174696f6e2f782d616d7a2d6a736f6e2d312e30222c2244617465223a224672692c203237204e6f7620323032362030383a33323a313920474d54222c22782d616d7a6e2d526571756573744964223a2238643032633335342d333532652d343732362d393865622d313333663862656461306532227d2c2248747470537461747573436f6465223a3230307d2c2253646b526573706f6e73654d65746164617461223a7b22526571756573744964223a2238643032633335342d333532652d343732362d393865622d313333663862656461306532227d2c22537461727444617465223a313739353736383333393330307d0a2d61726e3a6177733a7374617465733a3a3a7374617465733a7374617274457865637574696f6e2e73796e633a32116c4b221ca20100001a080849100428014002
\.


--
-- Data for Name: history_p20261130; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.history_p20261130 (execution_id, first_event_id, occurred_at, event_count, events) FROM stdin;
\.


--
-- Data for Name: history_p20261207; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.history_p20261207 (execution_id, first_event_id, occurred_at, event_count, events) FROM stdin;
\.


--
-- Data for Name: history_p20261214; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.history_p20261214 (execution_id, first_event_id, occurred_at, event_count, events) FROM stdin;
\.


--
-- Data for Name: history_p20261221; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.history_p20261221 (execution_id, first_event_id, occurred_at, event_count, events) FROM stdin;
\.


--
-- Data for Name: schema_migration; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.schema_migration (version, applied_at, name, checksum) FROM stdin;
1	2026-11-27 08:32:18.80174+00	0001_initial.sql	\\x0c216daaab003da8ab9c3b756f3b3eca6079cd99937dbb23099d55cd5cada111
2	2026-11-27 08:32:18.812335+00	0002_child_wait.sql	\\x487f6dcd58d212a74d40e4310888a93d851cee4ab8b4851f50ca48d63c37e69d
\.


--
-- Data for Name: state_machine; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.state_machine (machine_id, created_at, deleting_at, deleted_at, current_revision_id, deleting, name, type) FROM stdin;
1	2026-11-27 08:32:19.158768+00	\N	\N	38bf33f1-a70f-4428-ae39-d2410937f9a8	f	pass	STANDARD
2	2026-11-27 08:32:19.215614+00	\N	\N	0d0f21f3-830f-4bd1-8d2b-f921ae347896	f	task	STANDARD
3	2026-11-27 08:32:19.248841+00	\N	\N	c62beadc-60e8-4141-a624-c930b7ee2bd3	f	wait	STANDARD
4	2026-11-27 08:32:19.266018+00	\N	\N	278cfeea-02bc-4c63-8a20-4fc187f4ae49	f	parallel	STANDARD
5	2026-11-27 08:32:19.272515+00	\N	\N	035974b0-2a48-4e68-a128-0ac27dd803a3	f	map	STANDARD
6	2026-11-27 08:32:19.285159+00	\N	\N	fc28e5df-cb74-4c3e-afa3-14d997976243	f	child	STANDARD
7	2026-11-27 08:32:19.289941+00	\N	\N	1a75dcf6-fa60-4c5c-ad9a-5b48de92140a	f	parent	STANDARD
\.


--
-- Data for Name: state_machine_revision; Type: TABLE DATA; Schema: pawl; Owner: -
--

COPY pawl.state_machine_revision (revision_id, machine_id, created_at, initial, role_arn, logging_configuration, tracing_configuration, encryption_configuration, definition) FROM stdin;
38bf33f1-a70f-4428-ae39-d2410937f9a8	1	2026-11-27 08:32:19.158768+00	t	arn:aws:iam::000000000000:role/r				{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}
0d0f21f3-830f-4bd1-8d2b-f921ae347896	2	2026-11-27 08:32:19.215614+00	t	arn:aws:iam::000000000000:role/r				{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true, "TimeoutSeconds": 99999999}}}
c62beadc-60e8-4141-a624-c930b7ee2bd3	3	2026-11-27 08:32:19.248841+00	t	arn:aws:iam::000000000000:role/r				{"StartAt": "W", "States": {"W": {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z", "Next": "Y"}, "Y": {"Type": "Wait", "Seconds": 99999999, "End": true}}}
278cfeea-02bc-4c63-8a20-4fc187f4ae49	4	2026-11-27 08:32:19.266018+00	t	arn:aws:iam::000000000000:role/r				{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true}}}, {"StartAt": "B", "States": {"B": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true}}}]}}}
035974b0-2a48-4e68-a128-0ac27dd803a3	5	2026-11-27 08:32:19.272515+00	t	arn:aws:iam::000000000000:role/r				{"StartAt": "M", "States": {"M": {"Type": "Map", "MaxConcurrency": 1, "End": true, "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true}}}}}}
fc28e5df-cb74-4c3e-afa3-14d997976243	6	2026-11-27 08:32:19.285159+00	t	arn:aws:iam::000000000000:role/r				{"StartAt": "C", "States": {"C": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true}}}
1a75dcf6-fa60-4c5c-ad9a-5b48de92140a	7	2026-11-27 08:32:19.289941+00	t	arn:aws:iam::000000000000:role/r				{"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true, "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:child"}}}}
\.


--
-- Name: state_machine_machine_id_seq; Type: SEQUENCE SET; Schema: pawl; Owner: -
--

SELECT pg_catalog.setval('pawl.state_machine_machine_id_seq', 7, true);


--
-- Name: activity activity_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (name);


--
-- Name: branch branch_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.branch
    ADD CONSTRAINT branch_pkey PRIMARY KEY (execution_id, branch_id);


--
-- Name: child_wait child_wait_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.child_wait
    ADD CONSTRAINT child_wait_pkey PRIMARY KEY (child_id, parent_id, branch_id, nonce);


--
-- Name: CONSTRAINT child_wait_pkey ON child_wait; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON CONSTRAINT child_wait_pkey ON pawl.child_wait IS 'The closing of an execution looks here for those who wait for it.';


--
-- Name: closed_execution closed_execution_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution
    ADD CONSTRAINT closed_execution_pkey PRIMARY KEY (execution_id);


--
-- Name: closed_execution_default closed_execution_default_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution_default
    ADD CONSTRAINT closed_execution_default_pkey PRIMARY KEY (execution_id);


--
-- Name: closed_execution_p20261123 closed_execution_p20261123_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution_p20261123
    ADD CONSTRAINT closed_execution_p20261123_pkey PRIMARY KEY (execution_id);


--
-- Name: closed_execution_p20261130 closed_execution_p20261130_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution_p20261130
    ADD CONSTRAINT closed_execution_p20261130_pkey PRIMARY KEY (execution_id);


--
-- Name: closed_execution_p20261207 closed_execution_p20261207_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution_p20261207
    ADD CONSTRAINT closed_execution_p20261207_pkey PRIMARY KEY (execution_id);


--
-- Name: closed_execution_p20261214 closed_execution_p20261214_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution_p20261214
    ADD CONSTRAINT closed_execution_p20261214_pkey PRIMARY KEY (execution_id);


--
-- Name: closed_execution_p20261221 closed_execution_p20261221_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.closed_execution_p20261221
    ADD CONSTRAINT closed_execution_p20261221_pkey PRIMARY KEY (execution_id);


--
-- Name: cluster cluster_has_one_row; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.cluster
    ADD CONSTRAINT cluster_has_one_row PRIMARY KEY (only_row);


--
-- Name: execution_name execution_name_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.execution_name
    ADD CONSTRAINT execution_name_pkey PRIMARY KEY (machine_name, name);


--
-- Name: execution execution_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.execution
    ADD CONSTRAINT execution_pkey PRIMARY KEY (execution_id);


--
-- Name: history history_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (execution_id, first_event_id);


--
-- Name: CONSTRAINT history_pkey ON history; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON CONSTRAINT history_pkey ON pawl.history IS 'GetHistory in both directions; LoadExecution reads the first row for the input.';


--
-- Name: history_default history_default_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history_default
    ADD CONSTRAINT history_default_pkey PRIMARY KEY (execution_id, first_event_id);


--
-- Name: history_p20261123 history_p20261123_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history_p20261123
    ADD CONSTRAINT history_p20261123_pkey PRIMARY KEY (execution_id, first_event_id);


--
-- Name: history_p20261130 history_p20261130_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history_p20261130
    ADD CONSTRAINT history_p20261130_pkey PRIMARY KEY (execution_id, first_event_id);


--
-- Name: history_p20261207 history_p20261207_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history_p20261207
    ADD CONSTRAINT history_p20261207_pkey PRIMARY KEY (execution_id, first_event_id);


--
-- Name: history_p20261214 history_p20261214_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history_p20261214
    ADD CONSTRAINT history_p20261214_pkey PRIMARY KEY (execution_id, first_event_id);


--
-- Name: history_p20261221 history_p20261221_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.history_p20261221
    ADD CONSTRAINT history_p20261221_pkey PRIMARY KEY (execution_id, first_event_id);


--
-- Name: schema_migration schema_migration_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);


--
-- Name: state_machine state_machine_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.state_machine
    ADD CONSTRAINT state_machine_pkey PRIMARY KEY (machine_id);


--
-- Name: state_machine_revision state_machine_revision_pkey; Type: CONSTRAINT; Schema: pawl; Owner: -
--

ALTER TABLE ONLY pawl.state_machine_revision
    ADD CONSTRAINT state_machine_revision_pkey PRIMARY KEY (revision_id);


--
-- Name: branch_ready_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX branch_ready_idx ON pawl.branch USING btree (ready_activity, ready_at) WHERE (ready_activity IS NOT NULL);


--
-- Name: INDEX branch_ready_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.branch_ready_idx IS 'HandOut: the oldest task of an activity that waits in a branch.';


--
-- Name: child_wait_ended_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX child_wait_ended_idx ON pawl.child_wait USING btree (child_id) WHERE ended;


--
-- Name: INDEX child_wait_ended_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.child_wait_ended_idx IS 'EndedChildren: who is to be told.';


--
-- Name: closed_execution_list_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_list_idx ON ONLY pawl.closed_execution USING btree (machine_name, execution_id DESC);


--
-- Name: INDEX closed_execution_list_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_list_idx IS 'ListExecutions of all closed ones, newest first.';


--
-- Name: closed_execution_default_machine_name_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_default_machine_name_execution_id_idx ON pawl.closed_execution_default USING btree (machine_name, execution_id DESC);


--
-- Name: closed_execution_status_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_status_idx ON ONLY pawl.closed_execution USING btree (machine_name, status, execution_id DESC);


--
-- Name: INDEX closed_execution_status_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_status_idx IS 'ListExecutions by status, newest first.';


--
-- Name: closed_execution_default_machine_name_status_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_default_machine_name_status_execution_id_idx ON pawl.closed_execution_default USING btree (machine_name, status, execution_id DESC);


--
-- Name: closed_execution_p20261123_machine_name_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261123_machine_name_execution_id_idx ON pawl.closed_execution_p20261123 USING btree (machine_name, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261123_machine_name_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261123_machine_name_execution_id_idx IS 'ListExecutions of all closed ones, newest first.';


--
-- Name: closed_execution_p20261123_machine_name_status_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261123_machine_name_status_execution_id_idx ON pawl.closed_execution_p20261123 USING btree (machine_name, status, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261123_machine_name_status_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261123_machine_name_status_execution_id_idx IS 'ListExecutions by status, newest first.';


--
-- Name: closed_execution_p20261130_machine_name_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261130_machine_name_execution_id_idx ON pawl.closed_execution_p20261130 USING btree (machine_name, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261130_machine_name_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261130_machine_name_execution_id_idx IS 'ListExecutions of all closed ones, newest first.';


--
-- Name: closed_execution_p20261130_machine_name_status_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261130_machine_name_status_execution_id_idx ON pawl.closed_execution_p20261130 USING btree (machine_name, status, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261130_machine_name_status_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261130_machine_name_status_execution_id_idx IS 'ListExecutions by status, newest first.';


--
-- Name: closed_execution_p20261207_machine_name_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261207_machine_name_execution_id_idx ON pawl.closed_execution_p20261207 USING btree (machine_name, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261207_machine_name_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261207_machine_name_execution_id_idx IS 'ListExecutions of all closed ones, newest first.';


--
-- Name: closed_execution_p20261207_machine_name_status_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261207_machine_name_status_execution_id_idx ON pawl.closed_execution_p20261207 USING btree (machine_name, status, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261207_machine_name_status_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261207_machine_name_status_execution_id_idx IS 'ListExecutions by status, newest first.';


--
-- Name: closed_execution_p20261214_machine_name_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261214_machine_name_execution_id_idx ON pawl.closed_execution_p20261214 USING btree (machine_name, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261214_machine_name_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261214_machine_name_execution_id_idx IS 'ListExecutions of all closed ones, newest first.';


--
-- Name: closed_execution_p20261214_machine_name_status_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261214_machine_name_status_execution_id_idx ON pawl.closed_execution_p20261214 USING btree (machine_name, status, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261214_machine_name_status_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261214_machine_name_status_execution_id_idx IS 'ListExecutions by status, newest first.';


--
-- Name: closed_execution_p20261221_machine_name_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261221_machine_name_execution_id_idx ON pawl.closed_execution_p20261221 USING btree (machine_name, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261221_machine_name_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261221_machine_name_execution_id_idx IS 'ListExecutions of all closed ones, newest first.';


--
-- Name: closed_execution_p20261221_machine_name_status_execution_id_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX closed_execution_p20261221_machine_name_status_execution_id_idx ON pawl.closed_execution_p20261221 USING btree (machine_name, status, execution_id DESC);


--
-- Name: INDEX closed_execution_p20261221_machine_name_status_execution_id_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.closed_execution_p20261221_machine_name_status_execution_id_idx IS 'ListExecutions by status, newest first.';


--
-- Name: execution_claimable_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX execution_claimable_idx ON pawl.execution USING btree (claimable_at);


--
-- Name: INDEX execution_claimable_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.execution_claimable_idx IS 'ClaimDue and NextClaimableAt: what is due, oldest first.';


--
-- Name: execution_list_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX execution_list_idx ON pawl.execution USING btree (machine_name, execution_id);


--
-- Name: INDEX execution_list_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.execution_list_idx IS 'ListExecutions of the open ones, newest first; the marking of a deleted machine''s executions.';


--
-- Name: execution_ready_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX execution_ready_idx ON pawl.execution USING btree (ready_activity, ready_at) WHERE (ready_activity IS NOT NULL);


--
-- Name: INDEX execution_ready_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.execution_ready_idx IS 'HandOut: the oldest task of an activity that waits in branch 0.';


--
-- Name: state_machine_deleting_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE INDEX state_machine_deleting_idx ON pawl.state_machine USING btree (deleting_at) WHERE deleting;


--
-- Name: INDEX state_machine_deleting_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.state_machine_deleting_idx IS 'FinishDeletions: the machines that still have to go.';


--
-- Name: state_machine_name_idx; Type: INDEX; Schema: pawl; Owner: -
--

CREATE UNIQUE INDEX state_machine_name_idx ON pawl.state_machine USING btree (name) WHERE (deleted_at IS NULL);


--
-- Name: INDEX state_machine_name_idx; Type: COMMENT; Schema: pawl; Owner: -
--

COMMENT ON INDEX pawl.state_machine_name_idx IS 'GetMachine and ListMachines by name; one living machine per name.';


--
-- Name: closed_execution_default_machine_name_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_list_idx ATTACH PARTITION pawl.closed_execution_default_machine_name_execution_id_idx;


--
-- Name: closed_execution_default_machine_name_status_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_status_idx ATTACH PARTITION pawl.closed_execution_default_machine_name_status_execution_id_idx;


--
-- Name: closed_execution_default_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_pkey ATTACH PARTITION pawl.closed_execution_default_pkey;


--
-- Name: closed_execution_p20261123_machine_name_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_list_idx ATTACH PARTITION pawl.closed_execution_p20261123_machine_name_execution_id_idx;


--
-- Name: closed_execution_p20261123_machine_name_status_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_status_idx ATTACH PARTITION pawl.closed_execution_p20261123_machine_name_status_execution_id_idx;


--
-- Name: closed_execution_p20261123_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_pkey ATTACH PARTITION pawl.closed_execution_p20261123_pkey;


--
-- Name: closed_execution_p20261130_machine_name_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_list_idx ATTACH PARTITION pawl.closed_execution_p20261130_machine_name_execution_id_idx;


--
-- Name: closed_execution_p20261130_machine_name_status_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_status_idx ATTACH PARTITION pawl.closed_execution_p20261130_machine_name_status_execution_id_idx;


--
-- Name: closed_execution_p20261130_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_pkey ATTACH PARTITION pawl.closed_execution_p20261130_pkey;


--
-- Name: closed_execution_p20261207_machine_name_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_list_idx ATTACH PARTITION pawl.closed_execution_p20261207_machine_name_execution_id_idx;


--
-- Name: closed_execution_p20261207_machine_name_status_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_status_idx ATTACH PARTITION pawl.closed_execution_p20261207_machine_name_status_execution_id_idx;


--
-- Name: closed_execution_p20261207_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_pkey ATTACH PARTITION pawl.closed_execution_p20261207_pkey;


--
-- Name: closed_execution_p20261214_machine_name_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_list_idx ATTACH PARTITION pawl.closed_execution_p20261214_machine_name_execution_id_idx;


--
-- Name: closed_execution_p20261214_machine_name_status_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_status_idx ATTACH PARTITION pawl.closed_execution_p20261214_machine_name_status_execution_id_idx;


--
-- Name: closed_execution_p20261214_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_pkey ATTACH PARTITION pawl.closed_execution_p20261214_pkey;


--
-- Name: closed_execution_p20261221_machine_name_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_list_idx ATTACH PARTITION pawl.closed_execution_p20261221_machine_name_execution_id_idx;


--
-- Name: closed_execution_p20261221_machine_name_status_execution_id_idx; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_status_idx ATTACH PARTITION pawl.closed_execution_p20261221_machine_name_status_execution_id_idx;


--
-- Name: closed_execution_p20261221_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.closed_execution_pkey ATTACH PARTITION pawl.closed_execution_p20261221_pkey;


--
-- Name: history_default_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.history_pkey ATTACH PARTITION pawl.history_default_pkey;


--
-- Name: history_p20261123_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.history_pkey ATTACH PARTITION pawl.history_p20261123_pkey;


--
-- Name: history_p20261130_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.history_pkey ATTACH PARTITION pawl.history_p20261130_pkey;


--
-- Name: history_p20261207_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.history_pkey ATTACH PARTITION pawl.history_p20261207_pkey;


--
-- Name: history_p20261214_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.history_pkey ATTACH PARTITION pawl.history_p20261214_pkey;


--
-- Name: history_p20261221_pkey; Type: INDEX ATTACH; Schema: pawl; Owner: -
--

ALTER INDEX pawl.history_pkey ATTACH PARTITION pawl.history_p20261221_pkey;


--
-- PostgreSQL database dump complete
--


