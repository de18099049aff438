#include "tests/property/compare.h"

#include <re2/re2.h>

#include <algorithm>
#include <random>
#include <utility>

#include "coordinator/api/history_json.h"
#include "coordinator/base/strings.h"

namespace pawl::property {
namespace {

constexpr int kMaxSteps = 20'000;  // of an execution: more is a machine that never ends

Json Without(Json value, std::string_view left_out, JsonArena* arena) {
  std::vector<JsonMember> members;
  for (const JsonMember& member : value.members()) {
    if (member.key == left_out) continue;
    members.push_back({member.key, member.value.is_object()
                                       ? Without(member.value, "workerName", arena)
                                       : member.value});
  }
  return Json::Object(members, arena);
}

std::vector<std::string> AllShown(const std::vector<core::HistoryEvent>& events) {
  std::vector<std::string> shown;
  for (const core::HistoryEvent& event : events) shown.push_back(Shown(event));
  return shown;
}

// Whether `events` stand in `recorded` from `at` on.
bool Match(const std::vector<std::string>& events, const std::vector<std::string>& recorded,
           size_t at) {
  return events.size() <= recorded.size() - at &&
         std::equal(events.begin(), events.end(), recorded.begin() + static_cast<ptrdiff_t>(at));
}

// The longest beginning of what was recorded that one of the choices gives.
struct Nearest {
  size_t matched = 0;
  std::string instead = "nothing";

  void Look(const std::vector<std::string>& events, const std::vector<std::string>& recorded,
            size_t at) {
    size_t same = 0;
    while (same < events.size() && at + same < recorded.size() &&
           events[same] == recorded[at + same]) {
      ++same;
    }
    if (same < events.size() && (same > matched || instead == "nothing")) {
      matched = same;
      instead = events[same];
    }
  }
};

std::vector<std::string> TakeShown(CoreRun* run, const Choice& choice) {
  return AllShown(run->Take(choice));
}

// Takes the choice whose events stand in `recorded` from `at` on; false: there is none. There are
// never two: each event names the one before it on its own branch. A step without events, as the
// failure of a Parallel that is to be tried again, is taken only where nothing else fits, for it
// ends branches that may have gone on before; and only if what follows fits then, for which of two
// branches failed shows there.
bool TakeRecorded(CoreRun* run, const std::vector<std::string>& recorded, size_t* at,
                  Nearest* nearest) {
  std::vector<CoreRun> without_events;
  for (const Choice& choice : run->Choices()) {
    CoreRun tried = *run;
    const std::vector<std::string> events = TakeShown(&tried, choice);
    if (events.empty()) {
      without_events.push_back(std::move(tried));
    } else if (Match(events, recorded, *at)) {
      *run = std::move(tried);
      *at += events.size();
      return true;
    } else {
      nearest->Look(events, recorded, *at);
    }
  }
  for (CoreRun& tried : without_events) {
    if (!TakeRecorded(&tried, recorded, at, nearest)) continue;
    *run = std::move(tried);
    return true;
  }
  return false;
}

// Events without their ids: the ones in causes too.
std::vector<std::string> Unordered(const std::vector<std::string>& events) {
  static const RE2* const ids = new RE2(R"re("(id|previousEventId)":\d+,|(event id) #\d+)re");
  std::vector<std::string> texts;
  for (std::string event : events) {
    RE2::GlobalReplace(&event, *ids, R"re(\2)re");
    texts.push_back(std::move(event));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

// Half of the schedules draw each step, half of them draw which branches go before which others.
std::vector<std::string> RunInSomeOrder(CoreRun run, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> events = AllShown(run.Begin());
  for (int i = 0; i < kMaxSteps && !run.execution().closed(); ++i) {
    const std::vector<Choice> choices = run.Choices();
    Choice choice = choices[random() % choices.size()];
    if (seed % 2 == 0) {
      const auto rank = [&](const Choice& one) {
        return std::mt19937_64(seed + static_cast<uint64_t>(one.branch.value()) * 7919)();
      };
      choice = *std::min_element(choices.begin(), choices.end(),
                                 [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    }
    for (std::string& event : TakeShown(&run, choice)) events.push_back(std::move(event));
  }
  return Unordered(events);
}

}  // namespace

std::string Shown(Json event, JsonArena* arena) {
  return WriteJson(Without(event, "timestamp", arena));
}

std::string Shown(const core::HistoryEvent& event) {
  std::string text;
  api::AppendHistoryEvent(event, /*execution_data=*/true, /*machine_arn=*/"", &text);
  JsonArena arena;
  return Shown(*ParseJson(text, &arena), &arena);
}

std::string DifferenceInOrder(CoreRun run, const std::vector<std::string>& recorded) {
  const std::vector<std::string> begun = AllShown(run.Begin());
  if (!Match(begun, recorded, 0)) return StrCat("the core begins with ", begun.front());
  size_t at = begun.size();
  while (!run.execution().closed()) {
    Nearest nearest;
    if (TakeRecorded(&run, recorded, &at, &nearest)) continue;
    const size_t where = at + nearest.matched;
    return StrCat("event ", where + 1, " is ",
                  where < recorded.size() ? recorded[where] : "not there", "\n  the core has   ",
                  nearest.instead);
  }
  if (at == recorded.size()) return "";
  return StrCat("the core has closed it when ", recorded[at], " comes");
}

std::optional<std::vector<std::string>> EventsInAnyOrder(const CoreRun& begin, int schedules) {
  const std::vector<std::string> first = RunInSomeOrder(begin, 1);
  for (int i = 2; i <= schedules; ++i) {
    if (RunInSomeOrder(begin, static_cast<uint64_t>(i)) != first) return std::nullopt;
  }
  return first;
}

std::vector<std::string> WithoutOrder(const std::vector<std::string>& recorded) {
  return Unordered(recorded);
}

}  // namespace pawl::property
