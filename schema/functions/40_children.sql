-- Tasks that wait for the end of an execution.

-- await_child: notes that a task waits for the end of an execution, which runs or has ended. The
-- new fence makes a closing that was decided meanwhile be decided again, on a snapshot that has the
-- row. False when there is no such execution.
create or replace function pawl.await_child(p_child_id uuid, p_parent_id uuid, p_branch_id bigint,
                                            p_nonce bigint, p_parsed boolean)
returns boolean language plpgsql volatile as $$
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
