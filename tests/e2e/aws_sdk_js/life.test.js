// The AWS API as the AWS SDK for JavaScript sees it, against the coordinator at PAWL_ENDPOINT.
//
//   npm ci && PAWL_ENDPOINT=http://127.0.0.1:8083 npm test

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import {
  CreateActivityCommand,
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteActivityCommand,
  DeleteStateMachineCommand,
  DeleteStateMachineVersionCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetActivityTaskCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  PublishStateMachineVersionCommand,
  TagResourceCommand,
  UpdateStateMachineAliasCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  paginateListStateMachines,
} from "@aws-sdk/client-sfn";

const client = new SFNClient({
  endpoint: process.env.PAWL_ENDPOINT ?? "http://127.0.0.1:8083",
  region: process.env.AWS_DEFAULT_REGION ?? "us-east-1",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
  maxAttempts: 1,
});
const send = (command) => client.send(command);

const name = `sdk-${randomUUID()}`;
const roleArn = "arn:aws:iam::123456789012:role/e2e";
const waits = JSON.stringify({
  StartAt: "W",
  States: { W: { Type: "Wait", Seconds: 3600, End: true } },
});
let activityArn, stateMachineArn, definition;

async function all(pages, member) {
  const items = [];
  for await (const page of pages) items.push(...page[member]);
  return items;
}

async function ended(executionArn) {
  for (;;) {
    const described = await send(new DescribeExecutionCommand({ executionArn }));
    if (described.status !== "RUNNING") return described;
  }
}

const refused = (command, error, message) =>
  assert.rejects(send(command), (found) => {
    assert.equal(found.name, error);
    if (message !== undefined) assert.equal(found.message, message);
    return true;
  });

before(async () => {
  ({ activityArn } = await send(new CreateActivityCommand({ name })));
  definition = JSON.stringify({
    StartAt: "T",
    States: { T: { Type: "Task", Resource: activityArn, HeartbeatSeconds: 600, End: true } },
  });
  ({ stateMachineArn } = await send(new CreateStateMachineCommand({ name, definition, roleArn })));
});

after(async () => {
  await send(new DeleteStateMachineCommand({ stateMachineArn }));
  await send(new DeleteActivityCommand({ activityArn }));
});

test("an activity task is carried to its end", async () => {
  const started = await send(
    new StartExecutionCommand({ stateMachineArn, name: "one", input: '{"n": 1}' }),
  );
  const { executionArn } = started;
  const { taskToken, input } = await send(
    new GetActivityTaskCommand({ activityArn, workerName: "js" }),
  );
  assert.deepEqual(JSON.parse(input), { n: 1 });
  await send(new SendTaskHeartbeatCommand({ taskToken }));
  await send(new SendTaskSuccessCommand({ taskToken, output: '{"ok":true}' }));

  const described = await ended(executionArn);
  assert.equal(described.status, "SUCCEEDED");
  assert.equal(described.output, '{"ok":true}');
  assert.deepEqual(described.startDate, started.startDate);

  const events = await all(
    paginateGetExecutionHistory({ client, pageSize: 2 }, { executionArn }),
    "events",
  );
  assert.deepEqual(
    events.map((event) => event.type),
    [
      "ExecutionStarted",
      "TaskStateEntered",
      "ActivityScheduled",
      "ActivityStarted",
      "ActivitySucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ],
  );
  const backwards = await all(
    paginateGetExecutionHistory({ client, pageSize: 2 }, { executionArn, reverseOrder: true }),
    "events",
  );
  assert.deepEqual(backwards, [...events].reverse());
  await refused(new SendTaskHeartbeatCommand({ taskToken }), "TaskTimedOut");
});

test("a worker's failure is the execution's", async () => {
  const { executionArn } = await send(new StartExecutionCommand({ stateMachineArn }));
  const { taskToken } = await send(new GetActivityTaskCommand({ activityArn }));
  await send(new SendTaskFailureCommand({ taskToken, error: "Broken", cause: "it broke" }));
  const described = await ended(executionArn);
  assert.deepEqual([described.status, described.error], ["FAILED", "Broken"]);
});

test("an update holds for later executions, and stop ends them", async () => {
  const { revisionId } = await send(
    new UpdateStateMachineCommand({ stateMachineArn, definition: waits }),
  );
  const machine = await send(new DescribeStateMachineCommand({ stateMachineArn }));
  assert.equal(machine.revisionId, revisionId);
  assert.equal(machine.definition, waits);
  const { executionArn } = await send(new StartExecutionCommand({ stateMachineArn }));
  const { stopDate } = await send(
    new StopExecutionCommand({ executionArn, error: "Enough", cause: "told so" }),
  );
  const described = await ended(executionArn);
  assert.deepEqual([described.status, described.error], ["ABORTED", "Enough"]);
  assert.deepEqual(described.stopDate, stopDate);
  await send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
});

test("an alias shares its starts out between two versions", async () => {
  const gives = (result) =>
    JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", Result: result, End: true } } });
  const made = await send(
    new CreateStateMachineCommand({
      name: `${name}-versions`,
      definition: gives("one"),
      roleArn,
      publish: true,
      versionDescription: "first",
      tags: [{ key: "team", value: "orders" }],
    }),
  );
  const arn = made.stateMachineArn;
  try {
    assert.equal(made.stateMachineVersionArn, `${arn}:1`);
    const described = await send(new DescribeStateMachineCommand({ stateMachineArn: `${arn}:1` }));
    assert.equal(described.description, "first");
    await send(new UpdateStateMachineCommand({ stateMachineArn: arn, definition: gives("two") }));
    const second = await send(new PublishStateMachineVersionCommand({ stateMachineArn: arn }));
    assert.equal(second.stateMachineVersionArn, `${arn}:2`);
    const { stateMachineAliasArn } = await send(
      new CreateStateMachineAliasCommand({
        name: "LIVE",
        routingConfiguration: [1, 2].map((n) => ({
          stateMachineVersionArn: `${arn}:${n}`,
          weight: 50,
        })),
      }),
    );

    // Of 64 starts all go to one side once in 2 ** 63 times.
    const outputs = new Set();
    for (let i = 0; i < 64; ++i) {
      const { executionArn } = await send(
        new StartExecutionCommand({ stateMachineArn: stateMachineAliasArn }),
      );
      const execution = await ended(executionArn);
      assert.equal(execution.stateMachineAliasArn, stateMachineAliasArn);
      outputs.add(`${execution.stateMachineVersionArn} gives ${execution.output}`);
    }
    assert.deepEqual([...outputs].sort(), [`${arn}:1 gives "one"`, `${arn}:2 gives "two"`]);
    const listed = await all(
      paginateListExecutions({ client, pageSize: 10 }, { stateMachineArn: stateMachineAliasArn }),
      "executions",
    );
    assert.equal(listed.length, 64);

    await refused(
      new DeleteStateMachineVersionCommand({ stateMachineVersionArn: `${arn}:1` }),
      "ConflictException",
      "Version to be deleted must not be referenced by an alias. Current list of aliases " +
        "referencing this version: [LIVE]",
    );
    await send(
      new UpdateStateMachineAliasCommand({
        stateMachineAliasArn,
        routingConfiguration: [{ stateMachineVersionArn: `${arn}:2`, weight: 100 }],
      }),
    );
    await send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: `${arn}:1` }));
    const { executionArn } = await send(
      new StartExecutionCommand({ stateMachineArn: stateMachineAliasArn }),
    );
    assert.equal((await ended(executionArn)).output, '"two"');

    await send(new TagResourceCommand({ resourceArn: arn, tags: [{ key: "team", value: "mine" }] }));
    const { tags } = await send(new ListTagsForResourceCommand({ resourceArn: arn }));
    assert.deepEqual(tags, [{ key: "team", value: "mine" }]);
  } finally {
    await send(new DeleteStateMachineCommand({ stateMachineArn: arn }));
  }
});

test("lists come in pages", async () => {
  const executions = await all(
    paginateListExecutions({ client, pageSize: 1 }, { stateMachineArn }),
    "executions",
  );
  assert.equal(executions.length, 3);
  const machines = await all(paginateListStateMachines({ client, pageSize: 1 }, {}), "stateMachines");
  assert.ok(machines.some((machine) => machine.stateMachineArn === stateMachineArn));
});

test("errors have their names and words", async () => {
  await refused(
    new StartExecutionCommand({ stateMachineArn, name: "one", input: "{}" }),
    "ExecutionAlreadyExists",
  );
  await refused(
    new StartExecutionCommand({ stateMachineArn, input: "" }),
    "InvalidExecutionInput",
    "Invalid State Machine Execution Input: 'Invalid execution input.'",
  );
  await refused(
    new DescribeStateMachineCommand({ stateMachineArn: `${stateMachineArn}x` }),
    "StateMachineDoesNotExist",
    `State Machine Does Not Exist: '${stateMachineArn}x'`,
  );
  await refused(
    new CreateStateMachineCommand({ name, definition: waits, roleArn }),
    "StateMachineAlreadyExists",
  );
  await refused(new ListStateMachinesCommand({ nextToken: "nonsense" }), "InvalidToken");
  await refused(
    new ListStateMachinesCommand({ maxResults: 1001 }),
    "ValidationException",
    "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: " +
      "Member must have value less than or equal to 1000",
  );
});
