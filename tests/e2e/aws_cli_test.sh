#!/bin/bash
# The AWS API as the AWS CLI sees it, against the coordinator at PAWL_ENDPOINT.
#
#   PAWL_ENDPOINT=http://127.0.0.1:8083 tests/e2e/aws_cli_test.sh
#
# Needs Debian's awscli. Stops at the first answer that is not the expected one.
set -euo pipefail

endpoint=${PAWL_ENDPOINT:-http://127.0.0.1:8083}
export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-us-east-1} AWS_PAGER='' AWS_MAX_ATTEMPTS=1
role=arn:aws:iam::123456789012:role/e2e
name=cli-$(date +%s)-$$

sfn() { aws stepfunctions "$@" --endpoint-url "$endpoint" --output text; }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# expect WANTED FOUND WHAT
expect() { [[ $2 == "$1" ]] || fail "$3: expected '$1', found '$2'"; }

# refused CODE COMMAND...: the command fails with the error of that name.
refused() {
  local code=$1 output
  shift
  if output=$(sfn "$@" 2>&1); then fail "$1 succeeded, expected $code"; fi
  [[ $output == *"($code)"* ]] || fail "$1: expected $code, found: $output"
  echo "ok  $1 is refused with $code"
}

# ended EXECUTION STATUS
ended() {
  local status=RUNNING tries
  for ((tries = 0; tries < 60; ++tries)); do
    status=$(sfn describe-execution --execution-arn "$1" --query status)
    [[ $status == RUNNING ]] || break
  done
  expect "$2" "$status" "status of $1"
}

activity=$(sfn create-activity --name "$name" --query activityArn)
task_definition='{"StartAt":"T","States":{"T":{"Type":"Task","HeartbeatSeconds":600,"End":true,
  "Resource":"'$activity'"}}}'
wait_definition='{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}'
machine=$(sfn create-state-machine --name "$name" --definition "$task_definition" --role-arn $role \
  --query stateMachineArn)
cleanup() {
  sfn delete-state-machine --state-machine-arn "$machine" || true
  sfn delete-activity --activity-arn "$activity" || true
}
trap cleanup EXIT
echo "ok  created $machine"

execution=$(sfn start-execution --state-machine-arn "$machine" --name one --input '{"n":1}' \
  --query executionArn)
read -r token input < <(sfn get-activity-task --activity-arn "$activity" --worker-name cli \
  --query '[taskToken,input]')
expect '{"n":1}' "$input" "input of the task"
sfn send-task-heartbeat --task-token "$token"
sfn send-task-success --task-token "$token" --output '{"ok":true}' 2>/dev/null ||
  aws stepfunctions send-task-success --task-token "$token" --task-output '{"ok":true}' \
    --endpoint-url "$endpoint"
ended "$execution" SUCCEEDED
expect '{"ok":true}' "$(sfn describe-execution --execution-arn "$execution" --query output)" output
echo "ok  an activity task was carried to its end"

types=$(sfn get-execution-history --execution-arn "$execution" --page-size 2 --query 'events[].type' |
  tr -s '\t\n' '  ')
expect "ExecutionStarted TaskStateEntered ActivityScheduled ActivityStarted ActivitySucceeded \
TaskStateExited ExecutionSucceeded" "${types% }" "history in pages of two"
last=$(sfn get-execution-history --execution-arn "$execution" --reverse-order --max-items 1 \
  --query 'events[0].type' | head -1)
expect ExecutionSucceeded "$last" "history in reverse"
echo "ok  history"

sfn update-state-machine --state-machine-arn "$machine" --definition "$wait_definition" >/dev/null
second=$(sfn start-execution --state-machine-arn "$machine" --name two --query executionArn)
sfn stop-execution --execution-arn "$second" --error Enough --cause 'told so' >/dev/null
ended "$second" ABORTED
listed=$(sfn list-executions --state-machine-arn "$machine" --page-size 1 \
  --query 'executions[].name' | tr -s '\t\n' '  ')
expect "two one" "${listed% }" "executions, newest first, in pages of one"
names=$(sfn list-state-machines --page-size 1 --query 'stateMachines[].name' | tr -s '\t' '\n')
grep -qx "$name" <<<"$names" || fail "list-state-machines does not list $name"
names=$(sfn list-activities --page-size 1 --query 'activities[].name' | tr -s '\t' '\n')
grep -qx "$name" <<<"$names" || fail "list-activities does not list $name"
echo "ok  update, stop, lists in pages"

refused ExecutionAlreadyExists start-execution --state-machine-arn "$machine" --name one --input '{}'
refused InvalidExecutionInput start-execution --state-machine-arn "$machine" --input nonsense
refused InvalidName start-execution --state-machine-arn "$machine" --name 'a b'
refused StateMachineDoesNotExist describe-state-machine --state-machine-arn "${machine}x"
refused ExecutionDoesNotExist describe-execution --execution-arn "${execution}x"
refused ActivityDoesNotExist describe-activity --activity-arn "${activity}x"
refused InvalidArn describe-activity --activity-arn nonsense
refused InvalidToken send-task-heartbeat --task-token nonsense
refused TaskTimedOut send-task-heartbeat --task-token "$token"
refused InvalidDefinition create-state-machine --name "$name-2" --definition '{}' --role-arn $role
refused StateMachineAlreadyExists create-state-machine --name "$name" --definition "$task_definition" \
  --role-arn $role
refused MissingRequiredParameter update-state-machine --state-machine-arn "$machine"

sfn delete-state-machine --state-machine-arn "$machine"
sfn delete-activity --activity-arn "$activity"
echo "ok  deleted"
echo PASSED
