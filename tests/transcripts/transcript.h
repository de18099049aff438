// Plays a transcript against the pure core: a machine, then commands, each with what must follow
// from it.
//
//   # A timed-out task is retried once, then caught.
//   machine
//   {"StartAt": ..., "States": ...}
//
//   start {"n": 1}
//   ----
//   1 <0> ExecutionStarted {"n": 1}
//   2 <0> TaskStateEntered Charge {"n": 1}
//   3 <2> ActivityScheduled charge {"n": 1} timeout=5s
//   task charge {"n": 1}
//
//   advance 5s
//   ----
//   ...
//
// Commands: `limits PAYLOAD_BYTES HISTORY_EVENTS` (of what is started next) · `start INPUT` ·
// `step` (one step of the next ready branch) · `run` (all of them) · `give [WORKER]` (the oldest
// ready task goes to a worker, who confirms it) · `lend [WORKER]` (the same without the
// confirmation) · `confirm`, `return`, `succeed OUTPUT`, `fail [ERROR [CAUSE]]`, `heartbeat` (the
// task that was given first and is open; `succeed@N` that of iteration or branch N; of a call they
// mean its token) · `result OUTPUT`, `error ERROR [CAUSE]` (a call returns) · `renew` (its lease) ·
// `advance DURATION` (timers fire when they are due) · `pass DURATION` (no node fires them) · `stop
// [ERROR [CAUSE]]` · `delete` (the machine is deleted) · `redrive` · `fork STATE [INPUT]`. Of integrations those of
// DynamoDB alone are not available; the tokens of calls are written TOKEN1, TOKEN2 and so on. After
// a command stand the events it wrote, then what the execution waits for, then the end if it has
// ended. After each command the history so far is replayed (audit/replay.h): "FOUND" where it does
// not lead to where the execution stands.

#ifndef PAWL_TESTS_TRANSCRIPTS_TRANSCRIPT_H_
#define PAWL_TESTS_TRANSCRIPTS_TRANSCRIPT_H_

#include <string>

namespace pawl::transcripts {

// The transcript with every answer replaced by what the core says now. Equal to `text` when all is
// as it should be. Problems in the transcript itself are written in the place of the answer.
std::string Play(const std::string& text);

}  // namespace pawl::transcripts

#endif  // PAWL_TESTS_TRANSCRIPTS_TRANSCRIPT_H_
