#include "coordinator/engine/read_history.h"

#include <memory>
#include <utility>

namespace pawl::engine {
namespace {

// Events read at once.
constexpr int64_t kPage = 1000;

struct Reading {
  store::Store* store;
  ExecutionId id;
  std::function<absl::Status(const core::HistoryEvent&)> add;
  store::DoneCallback done;
  int64_t last_event_id = 0;
};

void ReadPage(const std::shared_ptr<Reading>& reading) {
  reading->store->GetHistory(
      {.execution = reading->id, .limit = kPage, .after = reading->last_event_id},
      [reading](absl::StatusOr<store::Page<core::HistoryEvent>> page) {
        if (!page.ok()) return reading->done(page.status());
        for (const core::HistoryEvent& event : page->items) {
          if (absl::Status added = reading->add(event); !added.ok()) return reading->done(added);
          reading->last_event_id = event.id;
        }
        if (page->next.empty()) return reading->done(absl::OkStatus());
        ReadPage(reading);
      });
}

}  // namespace

void ReadHistory(store::Store* store, ExecutionId id,
                 std::function<absl::Status(const core::HistoryEvent&)> add,
                 store::DoneCallback done) {
  ReadPage(std::make_shared<Reading>(
      Reading{.store = store, .id = id, .add = std::move(add), .done = std::move(done)}));
}

}  // namespace pawl::engine
