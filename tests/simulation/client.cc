#include "tests/simulation/client.h"

#include <utility>

namespace pawl::simulation {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(3);

std::string ArnOf(const WantedExecution& wanted) {
  return Account().ExecutionArn(wanted.machine->name, wanted.name);
}

}  // namespace

SimulatedNode* SimulatedClient::AnyNode() {
  return nodes_[loop_->chance().Below(static_cast<int64_t>(nodes_.size()))].get();
}

void SimulatedClient::Start(WantedExecution* wanted) {
  const absl::Time sent = loop_->Now();
  network_->Ask<engine::Started>(
      AnyNode(), process_, kPatience,
      [wanted](SimulatedNode& node, store::Callback<engine::Started> answer) {
        node.engine()->StartExecution(wanted->machine->name, wanted->name, wanted->input,
                                      std::move(answer));
      },
      [this, wanted, sent](absl::StatusOr<engine::Started> answer) {
        log_->Started(SpanFrom(sent), wanted->machine->name, wanted->name, wanted->input, answer);
        // One that is closed already is refused, and has been started.
        if (answer.ok() || absl::IsAlreadyExists(answer.status())) wanted->acknowledged = true;
        const bool gone =
            absl::IsNotFound(answer.status()) || absl::IsFailedPrecondition(answer.status());
        if (gone) (wanted->machine->doomed ? wanted->refused : wanted->denied) = true;
        const bool done = wanted->acknowledged || wanted->refused;
        const bool again = !done || loop_->chance().Happens(0.1);
        if (!again) return;
        loop_->Post(loop_->chance().Between(absl::Milliseconds(20), absl::Seconds(1)), process_,
                    [this, wanted] { Start(wanted); });
      });
}

void SimulatedClient::Watch(std::vector<WantedExecution>* all, absl::Time end) {
  Chance& chance = loop_->chance();
  WantedExecution& wanted = (*all)[chance.Below(static_cast<int64_t>(all->size()))];
  if (wanted.acknowledged && chance.Happens(0.02)) {
    Stop(&wanted);
  } else if (wanted.acknowledged && chance.Happens(0.05)) {
    Redrive(wanted);
  } else {
    Read(wanted);
  }
  const absl::Duration rest = chance.Between(absl::Milliseconds(50), absl::Seconds(2));
  if (loop_->Now() + rest < end) {
    loop_->Post(rest, process_, [this, all, end] { Watch(all, end); });
  }
}

void SimulatedClient::Read(const WantedExecution& wanted) {
  Describe(wanted);
  ReadHistory(wanted);
}

void SimulatedClient::Describe(const WantedExecution& wanted) {
  const absl::Time sent = loop_->Now();
  network_->Ask<store::ExecutionRecord>(
      AnyNode(), process_, kPatience,
      [&wanted](SimulatedNode& node, store::Callback<store::ExecutionRecord> answer) {
        node.store()->FindExecution(wanted.machine->name, wanted.name, std::move(answer));
      },
      [this, &wanted, sent](absl::StatusOr<store::ExecutionRecord> answer) {
        log_->Described(SpanFrom(sent), ArnOf(wanted), answer);
      });
}

void SimulatedClient::ReadHistory(const WantedExecution& wanted) {
  const absl::Time sent = loop_->Now();
  using Events = store::Page<core::HistoryEvent>;
  network_->Ask<Events>(
      AnyNode(), process_, kPatience,
      [&wanted](SimulatedNode& node, store::Callback<Events> answer) {
        store::Store* const store = node.store();
        // As the API does: the name leads to the id, the id to the events.
        store->FindExecution(
            wanted.machine->name, wanted.name,
            [store,
             answer = std::move(answer)](absl::StatusOr<store::ExecutionRecord> record) mutable {
              if (!record.ok()) return answer(record.status());
              store->GetHistory({.execution = record->id, .limit = 1000}, std::move(answer));
            });
      },
      [this, &wanted, sent](absl::StatusOr<Events> answer) {
        log_->ReadHistory(SpanFrom(sent), ArnOf(wanted), answer);
      });
}

void SimulatedClient::Stop(WantedExecution* wanted) {
  const absl::Time sent = loop_->Now();
  wanted->stop_sent = true;
  network_->Ask<absl::Time>(
      AnyNode(), process_, kPatience,
      [wanted](SimulatedNode& node, store::Callback<absl::Time> answer) {
        node.engine()->StopExecution(wanted->machine->name, wanted->name, Text("Operator"),
                                     std::nullopt, std::move(answer));
      },
      [this, wanted, sent](absl::StatusOr<absl::Time> answer) {
        log_->Stopped(SpanFrom(sent), ArnOf(*wanted), answer);
      });
}

// Most are refused: they run, or have succeeded.
void SimulatedClient::Redrive(const WantedExecution& wanted) {
  network_->Ask<absl::Time>(
      AnyNode(), process_, kPatience,
      [&wanted](SimulatedNode& node, store::Callback<absl::Time> answer) {
        node.engine()->RedriveExecution(wanted.machine->name, wanted.name, "", std::move(answer));
      },
      [](const absl::StatusOr<absl::Time>&) {});
}

}  // namespace pawl::simulation
