-- Versions and aliases of state machines. What changes them locks the machine's row first, so that
-- an alias never leads to a version that is not there. Starts of executions do not wait for it: they
-- only read.

-- lock_machine: the id of the living machine of that name, locked; null when there is none, or when
-- it is being deleted.
create or replace function pawl.lock_machine(p_name text)
returns bigint language sql volatile as $$
  select machine_id from pawl.state_machine
   where name = p_name and deleted_at is null and not deleting for update;
$$;

-- publish_revision: gives the revision of a locked machine the next number, unless it has one.
-- Returns the number; null when the machine has p_limit versions already.
create or replace function pawl.publish_revision(p_machine_id bigint, p_revision_id uuid,
                                                 p_now timestamptz, p_description text,
                                                 p_limit bigint)
returns bigint language plpgsql volatile as $$
declare
  v_version bigint := (select version from pawl.state_machine_version
                        where machine_id = p_machine_id and revision_id = p_revision_id);
begin
  if v_version is not null then return v_version; end if;
  if (select count(*) from pawl.state_machine_version where machine_id = p_machine_id) >= p_limit
  then
    return null;
  end if;
  update pawl.state_machine set last_version = last_version + 1
   where machine_id = p_machine_id returning last_version into v_version;
  insert into pawl.state_machine_version (machine_id, version, revision_id, created_at, description)
  values (p_machine_id, v_version, p_revision_id, p_now, p_description);
  return v_version;
end;
$$;

-- publish_current: the same for the current revision, which must be p_expected. 'published',
-- 'full', 'changed' (to another revision), 'missing' (the machine).
create or replace function pawl.publish_current(p_name text, p_expected uuid, p_now timestamptz,
                                                p_description text, p_limit bigint)
returns text language plpgsql volatile as $$
declare
  v_machine_id bigint := pawl.lock_machine(p_name);
begin
  if v_machine_id is null then return 'missing'; end if;
  if not exists (select from pawl.state_machine
                  where machine_id = v_machine_id and current_revision_id = p_expected) then
    return 'changed';
  end if;
  if pawl.publish_revision(v_machine_id, p_expected, p_now, p_description, p_limit) is null then
    return 'full';
  end if;
  return 'published';
end;
$$;

-- delete_version: the names of the aliases that lead to it; it is deleted when there are none.
create or replace function pawl.delete_version(p_name text, p_version bigint)
returns text[] language plpgsql volatile as $$
declare
  v_machine_id bigint := pawl.lock_machine(p_name);
  v_aliases text[];
begin
  select coalesce(array_agg(name order by name), '{}') into v_aliases
    from pawl.state_machine_alias
   where machine_id = v_machine_id and versions @> array[p_version];
  if v_aliases = '{}' then
    delete from pawl.state_machine_version
     where machine_id = v_machine_id and version = p_version;
  end if;
  return v_aliases;
end;
$$;

-- versions_exist: whether the machine, locked, has all of these versions.
create or replace function pawl.versions_exist(p_machine_id bigint, p_versions bigint[])
returns boolean language sql volatile as $$
  select not exists (
    select from unnest(p_versions) as wanted (version)
     where not exists (select from pawl.state_machine_version v
                        where v.machine_id = p_machine_id and v.version = wanted.version));
$$;

-- create_alias: 'created', 'taken' (the name), 'full', 'missing' (the machine, or a version).
create or replace function pawl.create_alias(p_machine_name text, p_name text, p_description text,
                                             p_versions bigint[], p_weights bigint[],
                                             p_now timestamptz, p_limit bigint)
returns text language plpgsql volatile as $$
declare
  v_machine_id bigint := pawl.lock_machine(p_machine_name);
begin
  if v_machine_id is null then return 'missing'; end if;
  if exists (select from pawl.state_machine_alias
              where machine_id = v_machine_id and name = p_name) then
    return 'taken';
  end if;
  if not pawl.versions_exist(v_machine_id, p_versions) then return 'missing'; end if;
  if (select count(*) from pawl.state_machine_alias where machine_id = v_machine_id) >= p_limit then
    return 'full';
  end if;
  insert into pawl.state_machine_alias (machine_id, name, description, versions, weights, created_at,
                                        updated_at)
  values (v_machine_id, p_name, p_description, p_versions, p_weights, p_now, p_now);
  return 'created';
end;
$$;

-- update_alias: what is null stays as it is. 'updated', 'missing' (the alias), 'no_version'.
create or replace function pawl.update_alias(p_machine_name text, p_name text, p_description text,
                                             p_versions bigint[], p_weights bigint[],
                                             p_now timestamptz)
returns text language plpgsql volatile as $$
declare
  v_machine_id bigint := pawl.lock_machine(p_machine_name);
begin
  if not exists (select from pawl.state_machine_alias
                  where machine_id = v_machine_id and name = p_name) then
    return 'missing';
  end if;
  if not pawl.versions_exist(v_machine_id, p_versions) then return 'no_version'; end if;
  update pawl.state_machine_alias
     set description = coalesce(p_description, description), updated_at = p_now,
         versions = coalesce(p_versions, versions), weights = coalesce(p_weights, weights)
   where machine_id = v_machine_id and name = p_name;
  return 'updated';
end;
$$;
