// A JSON document on its way through a state: as text, as a value, or both. A document that nothing
// has transformed keeps its text to the byte, and one that nobody looks into is never parsed.

#ifndef PAWL_CORE_PAYLOAD_H_
#define PAWL_CORE_PAYLOAD_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/base/text.h"

namespace pawl::core {

// A copy is the same document: what one of them has read or written out, all have.
class Payload {
 public:
  // `text` is valid JSON; all that enters an execution was checked.
  explicit Payload(Text text) : forms_(std::make_shared<Forms>(Forms{std::move(text), {}})) {}
  explicit Payload(Json json) : forms_(std::make_shared<Forms>(Forms{{}, json})) {}

  // The value, in memory of `arena` (the same for all calls).
  Json json(JsonArena* arena) const;
  const Text& text() const;
  // Whether it is no longer than `bytes`, and, where it was computed, no deeper than an input may
  // be. Costs no more than that, also where a value in which subtrees are shared would be far
  // longer as text.
  bool FitsWithin(size_t bytes) const;

 private:
  struct Forms {
    std::optional<Text> text;
    std::optional<Json> json;
  };
  std::shared_ptr<Forms> forms_;
};

// Whether JSON text nests no deeper than an input may (JsonLimits). What steps make must be
// checked, so that the next ones can read it.
bool NestsWithinLimit(std::string_view json);

}  // namespace pawl::core

#endif  // PAWL_CORE_PAYLOAD_H_
