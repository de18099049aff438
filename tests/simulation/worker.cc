#include "tests/simulation/worker.h"

#include <utility>

#include "coordinator/core/queues.h"

namespace pawl::simulation {
namespace {

constexpr absl::Duration kPollFor = absl::Seconds(5);
constexpr absl::Duration kPatience = absl::Seconds(2);

}  // namespace

struct SimulatedWorker::Task {
  std::string token;
  bool fails = false;
  bool over = false;  // reported, or told that it is
};

void SimulatedWorker::Boot() {
  if (process_ != nullptr) return;
  process_ = std::make_shared<Process>();
  loop_->Post(loop_->chance().Between(absl::ZeroDuration(), absl::Seconds(1)), process_,
              [this] { Poll(); });
}

void SimulatedWorker::Kill() {
  if (process_ != nullptr) process_->alive = false;
  process_ = nullptr;
}

void SimulatedWorker::Stop(absl::Duration duration) {
  if (process_ != nullptr) process_->stopped_until = loop_->Now() + duration;
}

SimulatedNode* SimulatedWorker::AnyNode() {
  return nodes_[loop_->chance().Below(static_cast<int64_t>(nodes_.size()))].get();
}

void SimulatedWorker::Poll() {
  if (node_ == nullptr) node_ = AnyNode();
  // One place more is the function's.
  const auto& activities = SampleActivities();
  const int64_t place = loop_->chance().Below(static_cast<int64_t>(activities.size()) + 1);
  const std::string activity = place < static_cast<int64_t>(activities.size())
                                   ? activities[place]
                                   : core::FunctionQueue(kServedFunction);
  const absl::Time sent = loop_->Now();
  using Answer = std::optional<engine::ActivityTask>;
  // Set when the node can be told that nobody waits any more.
  auto cancel = std::make_shared<absl::AnyInvocable<void()>>();
  network_->Ask<Answer>(
      node_, process_, kPollFor + kPatience,
      [this, activity, cancel](SimulatedNode& node, store::Callback<Answer> answer) {
        const ProcessPtr server = node.process();
        const auto id = std::make_shared<engine::Engine::PollId>(0);
        // The connection may break at any time: the node then learns that its answer went nowhere.
        const bool breaks = network_->Loses();
        *id = node.engine()->PollActivity(
            activity, Text(name_), loop_->Now() + kPollFor,
            [this, server, breaks, node = &node,
             answer = std::move(answer)](absl::StatusOr<Answer> task) mutable {
              if (!breaks) return answer(std::move(task));
              if (!task.ok() || !*task || loop_->chance().Happens(0.5)) return;
              loop_->Post(network_->Way(), server, [node, token = (*task)->token] {
                if (node->engine() != nullptr) node->engine()->ReturnTask(token);
              });
            });
        *cancel = [this, server, node = &node, id] {
          loop_->Post(network_->Way(), server, [node, id] {
            if (node->engine() != nullptr) node->engine()->CancelPoll(*id);
          });
        };
      },
      [this, activity, sent, cancel](absl::StatusOr<Answer> answer) {
        absl::Duration rest = absl::ZeroDuration();
        if (!answer.ok()) {
          node_ = nullptr;
          rest = loop_->chance().Between(absl::Milliseconds(10), absl::Seconds(1));
          if (*cancel != nullptr && loop_->chance().Happens(0.7)) (*cancel)();
        } else if (*answer) {
          Got(activity, sent, std::move(**answer));
        }
        loop_->Post(rest, process_, [this] { Poll(); });
      });
}

void SimulatedWorker::Got(const std::string& activity, absl::Time sent, engine::ActivityTask got) {
  log_->GotTask(SpanFrom(sent), activity, got);
  Chance& chance = loop_->chance();
  auto task = std::make_shared<Task>();
  task->token = got.token;
  if (chance.Happens(habits_.confirms)) Confirm(task);
  Work(task);
}

void SimulatedWorker::GotToken(const std::string& token) {
  if (process_ == nullptr) return;
  auto task = std::make_shared<Task>();
  task->token = token;
  Work(task);
}

void SimulatedWorker::Work(const std::shared_ptr<Task>& task) {
  Chance& chance = loop_->chance();
  task->fails = chance.Happens(habits_.fails);
  if (chance.Happens(habits_.vanishes)) return;
  loop_->Post(absl::Seconds(1), process_, [this, task] { Beat(task); });
  loop_->Post(chance.Delay(absl::Milliseconds(5), habits_.longest_work), process_,
              [this, task] { Report(task); });
}

void SimulatedWorker::Confirm(const std::shared_ptr<Task>& task) {
  SimulatedNode* const node = node_ != nullptr ? node_ : AnyNode();
  network_->Ask<bool>(
      node, process_, kPatience,
      [token = task->token](SimulatedNode& at, store::Callback<bool> answer) {
        at.engine()->ConfirmTask(token, [answer = std::move(answer)](absl::Status status) mutable {
          answer(status.ok() ? absl::StatusOr<bool>(true) : status);
        });
      },
      [this, task](absl::StatusOr<bool> answer) {
        const bool known = answer.ok() || absl::IsFailedPrecondition(answer.status());
        if (known || task->over) return;
        loop_->Post(absl::Milliseconds(200), process_, [this, task] { Confirm(task); });
      });
}

void SimulatedWorker::Beat(const std::shared_ptr<Task>& task) {
  if (task->over) return;
  const absl::Time sent = loop_->Now();
  network_->Ask<bool>(
      AnyNode(), process_, kPatience,
      [token = task->token](SimulatedNode& at, store::Callback<bool> answer) {
        at.engine()->HeartbeatTask(token,
                                   [answer = std::move(answer)](absl::Status status) mutable {
                                     answer(status.ok() ? absl::StatusOr<bool>(true) : status);
                                   });
      },
      [this, task, sent](absl::StatusOr<bool> answer) {
        log_->Beat(SpanFrom(sent), task->token, answer.status());
        if (absl::IsFailedPrecondition(answer.status())) task->over = true;
        loop_->Post(absl::Seconds(1), process_, [this, task] { Beat(task); });
      });
}

void SimulatedWorker::Report(const std::shared_ptr<Task>& task) {
  const absl::Time sent = loop_->Now();
  engine::TaskResult result;
  result.succeeded = !task->fails;
  if (task->fails) {
    result.error = Text("Declined");
    result.cause = Text("by the worker");
  } else {
    result.output = Text("{\"by\":\"" + name_ + "\"}");
  }
  network_->Ask<bool>(
      AnyNode(), process_, kPatience,
      [token = task->token, result](SimulatedNode& at, store::Callback<bool> answer) {
        at.engine()->CompleteTask(token, result,
                                  [answer = std::move(answer)](absl::Status status) mutable {
                                    answer(status.ok() ? absl::StatusOr<bool>(true) : status);
                                  });
      },
      [this, task, sent, result](absl::StatusOr<bool> answer) {
        log_->Reported(SpanFrom(sent), task->token, result, answer.status());
        const bool known = answer.ok() || absl::IsFailedPrecondition(answer.status());
        // Now and then a report is made once more although it was answered.
        if (!known || loop_->chance().Happens(0.05)) {
          return loop_->Post(loop_->chance().Between(absl::Milliseconds(50), absl::Seconds(1)),
                             process_, [this, task] { Report(task); });
        }
        task->over = true;
      });
}

}  // namespace pawl::simulation
