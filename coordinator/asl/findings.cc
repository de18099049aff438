#include "coordinator/asl/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::asl {
namespace {

// Bounds what a definition made of nothing but mistakes can cost, errors and warnings apart, so
// that neither hides the other. ValidateStateMachineDefinition shows at most 100.
constexpr size_t kMaxFindings = 200;
// AWS quota: 80 characters of a state name. Longer names are cut in locations, as AWS does.
constexpr size_t kMaxNameBytes = 80 * 4;

void AppendKey(std::string_view key, std::string* text) {
  if (key.size() <= kMaxNameBytes) {
    text->append("/").append(key);
    return;
  }
  size_t cut = kMaxNameBytes;
  while (cut > 0 && (static_cast<unsigned char>(key[cut]) & 0xC0) == 0x80) --cut;
  text->append("/").append(key.substr(0, cut)).append(" ...");
}

}  // namespace

Place Place::Member(std::string_view key) const {
  if (!value_.is_object()) return Place(this, key, 0, Json());
  auto members = value_.members();
  for (size_t i = 0; i < members.size(); ++i) {
    if (members[i].key == key) return MemberAt(i);
  }
  return Place(this, key, static_cast<uint32_t>(members.size()), Json());
}

Place Place::MemberAt(size_t index) const {
  const JsonMember& member = value_.members()[index];
  return Place(this, member.key, static_cast<uint32_t>(index), member.value);
}

Place Place::Item(size_t index) const {
  return Place(this, {}, static_cast<uint32_t>(index), value_.items()[index]);
}

std::string Place::Text() const {
  std::vector<const Place*> chain;
  for (const Place* place = this; place->parent_ != nullptr; place = place->parent_) {
    chain.push_back(place);
  }
  if (chain.empty()) return "/";
  std::string text;
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    const Place& step = **it;
    if (step.index_ == kSuffix) {
      text += step.key_;
    } else if (step.parent_->value_.is_array()) {
      text += fmt::format("[{}]", step.index_);
    } else {
      AppendKey(step.key_, &text);
    }
  }
  return text;
}

std::vector<uint32_t> Place::Order() const {
  std::vector<uint32_t> order;
  for (const Place* place = this; place->parent_ != nullptr; place = place->parent_) {
    if (place->index_ != kSuffix) order.push_back(place->index_);
  }
  std::reverse(order.begin(), order.end());
  return order;
}

void Findings::Error(std::string_view code, std::string message, const Place& place) {
  Add(Diagnostic::Severity::kError, code, std::move(message), &place);
}

void Findings::ErrorWithoutLocation(std::string_view code, std::string message) {
  Add(Diagnostic::Severity::kError, code, std::move(message), nullptr);
}

void Findings::Warning(std::string_view code, std::string message, const Place& place) {
  Add(Diagnostic::Severity::kWarning, code, std::move(message), &place);
}

void Findings::Add(Diagnostic::Severity severity, std::string_view code, std::string message,
                   const Place* place) {
  size_t& count = severity == Diagnostic::Severity::kError ? errors_ : warnings_;
  if (++count > kMaxFindings) return;
  Entry entry;
  entry.diagnostic.severity = severity;
  entry.diagnostic.code = std::string(code);
  entry.diagnostic.message = std::move(message);
  if (place != nullptr) {
    entry.order = place->Order();
    entry.diagnostic.location = place->Text();
  } else {
    entry.order = {UINT32_MAX};
  }
  entries_.push_back(std::move(entry));
}

std::vector<Diagnostic> Findings::Take() {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.order < b.order; });
  std::vector<Diagnostic> diagnostics;
  diagnostics.reserve(entries_.size());
  for (Entry& entry : entries_) diagnostics.push_back(std::move(entry.diagnostic));
  entries_.clear();
  return diagnostics;
}

}  // namespace pawl::asl
