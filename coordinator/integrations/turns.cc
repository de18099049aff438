#include "coordinator/integrations/turns.h"

#include <algorithm>

namespace pawl::integrations {

void Turns::Consider(const std::string& name, const Target& target) {
  if (!target.waiting.empty() && target.under_way < limits_.under_way_per_target &&
      target.looking_up < limits_.looking_up_per_target) {
    ready_.insert(name);
    return;
  }
  ready_.erase(name);
  if (target.waiting.empty() && target.under_way == 0) {
    const std::string gone = name;  // `name` may be the key itself
    targets_.erase(gone);
  }
}

void Turns::Add(const std::string& target, int64_t request) {
  const auto entry = targets_.try_emplace(target).first;
  entry->second.waiting.push_back(request);
  Consider(entry->first, entry->second);
}

std::optional<int64_t> Turns::Next() {
  if (ready_.empty() || looking_up_ >= limits_.looking_up) return std::nullopt;
  auto next = ready_.upper_bound(last_);
  if (next == ready_.end()) next = ready_.begin();
  last_ = *next;
  const auto entry = targets_.find(last_);
  Target& target = entry->second;
  const int64_t request = target.waiting.front();
  target.waiting.pop_front();
  ++target.under_way;
  ++target.looking_up;
  ++looking_up_;
  Consider(entry->first, target);
  return request;
}

void Turns::LookedUp(const std::string& target) {
  const auto entry = targets_.find(target);
  --looking_up_;
  --entry->second.looking_up;
  Consider(entry->first, entry->second);
}

void Turns::Ended(const std::string& target, bool was_looking_up) {
  const auto entry = targets_.find(target);
  if (was_looking_up) {
    --looking_up_;
    --entry->second.looking_up;
  }
  --entry->second.under_way;
  Consider(entry->first, entry->second);
}

bool Turns::Remove(const std::string& target, int64_t request) {
  const auto entry = targets_.find(target);
  if (entry == targets_.end()) return false;
  std::deque<int64_t>& waiting = entry->second.waiting;
  const auto found = std::find(waiting.begin(), waiting.end(), request);
  if (found == waiting.end()) return false;
  waiting.erase(found);
  Consider(entry->first, entry->second);
  return true;
}

}  // namespace pawl::integrations
